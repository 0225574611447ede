import { once } from "node:events";
import { createServer } from "node:http";
import * as http2 from "node:http2";
import { connect as connectSocket } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "vitest";
import type { RestOptions } from "./rest.ts";
import { eventually, listen } from "./testing/small-service.ts";
import { tickingHandler } from "./testing/ticking-service.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const SSE = "text/event-stream";
const NDJSON = "application/x-ndjson";
const ARRAY = "application/json";
const one = '{"seq":1,"note":{"text":"one"}}';

async function open(options: Partial<RestOptions> = {}) {
  const { runs, handler } = tickingHandler(options);
  const server = createServer(handler);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const port = await listen(server);
  const get = (path: string, accept: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept, ...headers } });
  return { runs, port, get };
}

async function openHttp2(options: Partial<RestOptions> = {}) {
  const { runs, handler } = tickingHandler(options);
  const server = http2.createServer(handler);
  const client = http2.connect(`http://127.0.0.1:${await listen(server)}`);
  closers.push(() => {
    client.destroy();
    server.close();
  });
  return { runs, client };
}

describe("a stream", () => {
  test("tells event streams when to come back, and nobody else", async () => {
    const { get } = await open({ retryMs: 2500 });
    expect(await (await get("/ticks/two", SSE)).text()).toMatch(/^retry: 2500\n\nid: 1\ndata: /);
    expect(await (await get("/ticks/two", NDJSON)).text()).not.toContain("retry");
  });

  test("shows that it lives by white space that belongs to the next record", async () => {
    const { get } = await open();
    const lines = await (await get("/ticks/two", NDJSON)).text();
    expect(lines).toMatch(/^\S+\n +\S+\n$/);
    const records = lines.trimEnd().split("\n");
    expect(records.map((line) => JSON.parse(line).seq)).toEqual([1, 2]);
    const array = await (await get("/ticks/two", ARRAY)).text();
    expect(array).toMatch(/^\[\{.*\} +,\{.*\}\]$/);
    expect(JSON.parse(array)).toHaveLength(2);
  });

  test("carries the field that response_body names, and the id of the message", async () => {
    const { get } = await open();
    const response = await get("/notes/two", SSE);
    expect(response.status).toBe(203);
    expect((await response.text()).replace(/^:\n\n/gm, "")).toBe(
      'id: 1\ndata: {"text":"one"}\n\nid: 2\ndata: null\n\n',
    );
    expect(await (await get("/notes/two", ARRAY)).json()).toEqual([{ text: "one" }, null]);
  });

  test.each([
    [SSE, (text: string) => text.slice(text.indexOf("event: error\ndata: ") + 19)],
    [NDJSON, (text: string) => text.slice(text.lastIndexOf('{"error":') + 9, -2)],
  ])("as %s says in its last record that the deadline ended it", async (accept, last) => {
    const { get, runs } = await open();
    const response = await get("/ticks/open", accept, { "connect-timeout-ms": "100" });
    expect(JSON.parse(last(await response.text()))).toMatchObject({ code: Code.DeadlineExceeded });
    expect(runs.ended).toBe(1);
  });

  test("as an array is cut off by the deadline, though its handler ended in peace", async () => {
    const { get, runs } = await open();
    const response = await get("/ticks/open", ARRAY, { "connect-timeout-ms": "100" });
    await expect(response.text()).rejects.toThrow();
    expect(runs.ended).toBe(1);
  });

  test("that a deadline ends before its first message has the status of that", async () => {
    const { get } = await open({ heartbeatMs: 1000 });
    const response = await get("/ticks/mute", SSE, { "connect-timeout-ms": "50" });
    expect(response.status).toBe(504);
  });

  test("says why the server ended it", async () => {
    const stopping = new AbortController();
    const { get } = await open({ shutdownSignal: stopping.signal });
    const response = await get("/ticks/open", SSE);
    stopping.abort(new ConnectError("stopping", Code.Unavailable));
    expect(await response.text()).toContain('event: error\ndata: {"code":14,"message":"stopping"');
  });

  test("cut off over HTTP/1.0, where only the connection frames it, is no whole array", async () => {
    const { port } = await open();
    const socket = connectSocket(port, "127.0.0.1");
    socket.write(`GET /ticks/breaks HTTP/1.0\r\nHost: h\r\nAccept: ${ARRAY}\r\n\r\n`);
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk;
    });
    await once(socket, "close");
    expect(text).toContain(one);
    expect(text).not.toContain("]");
  });
});

describe("a reader who stops reading", () => {
  test("is given up after a while, and the handler stopped", async () => {
    const { port, runs } = await open({ readerTimeoutMs: 150 });
    const socket = connectSocket(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET /ticks/flood HTTP/1.1\r\nHost: h\r\n\r\n");
    socket.pause();
    await eventually(() => runs.ended === 1);
    socket.resume();
    await once(socket, "close");
  });

  test("over h2 loses its stream and keeps its connection", async () => {
    const { client, runs } = await openHttp2({ readerTimeoutMs: 150 });
    const stalled = client.request({ ":path": "/ticks/flood" });
    stalled.on("error", () => undefined);
    await once(stalled, "response");
    stalled.pause();
    await eventually(() => runs.ended === 1);
    const other = client.request({ ":path": "/ticks/two", accept: ARRAY });
    let text = "";
    for await (const chunk of other) text += chunk;
    expect(JSON.parse(text)).toHaveLength(2);
  });

  test("is waited for as long as it takes something now and then", async () => {
    const { client, runs } = await openHttp2({ readerTimeoutMs: 200 });
    const slow = client.request({ ":path": "/ticks/flood" });
    slow.on("error", () => undefined);
    slow.pause();
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 80));
      for (let taken = 0; taken < 200_000; ) {
        const chunk = slow.read() as Buffer | null;
        if (chunk === null) await once(slow, "readable");
        else taken += chunk.length;
      }
    }
    expect(runs.ended).toBe(0);
    slow.close(http2.constants.NGHTTP2_CANCEL);
    await eventually(() => runs.ended === 1);
  });
});
