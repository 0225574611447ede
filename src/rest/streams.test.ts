import { once } from "node:events";
import { createServer, type Server } from "node:http";
import * as http2 from "node:http2";
import { type AddressInfo, connect as connectSocket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, handler, listen, seen } from "./testing/small-service.ts";

type Json = Record<string, unknown>;

let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer(handler());
  base = `http://127.0.0.1:${await listen(server)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  seen.intercepted.length = 0;
  seen.stopped = 0;
});

describe("streams", () => {
  const watch = (id: string, headers: Record<string, string> = {}, query = "") =>
    fetch(`${base}/api/v1/sessions/${id}/watch${query}`, { headers });
  const position = { reason: null, version: 0 };

  test("are server-sent events by default, with ids and without buffering", async () => {
    const response = await watch("short");
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(response.headers.get("x-watch")).toBe("1");
    const data = JSON.stringify({ seq: 0, position });
    expect(await response.text()).toBe(`id: 0\ndata: ${data}\n\n`);
  });

  test("are lines or an array where the caller says so", async () => {
    const lines = await watch("short", { accept: "application/x-ndjson" });
    expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
    expect(await lines.text()).toBe(`${JSON.stringify({ seq: 0, position })}\n`);
    const array = await watch("short", { accept: "application/json" });
    expect(await array.json()).toEqual([{ seq: 0, position }]);
    expect((await watch("short", { accept: "image/png" })).status).toBe(406);
  });

  test("Last-Event-ID wins over the query, and must fit its field", async () => {
    const response = await watch("short", { "last-event-id": "9" }, "?after_seq=3");
    expect(await response.text()).toContain("id: 9\n");
    const bad = await watch("short", { "last-event-id": "nine" });
    expect([bad.status, ((await bad.json()) as Json).message]).toEqual([
      400,
      expect.stringContaining("Last-Event-ID"),
    ]);
  });

  test("an error before the first message keeps its status", async () => {
    expect((await watch("denied")).status).toBe(403);
  });

  test("a later error is the last record, and an array is cut", async () => {
    expect(await (await watch("fails")).text()).toMatch(
      /\n\nevent: error\ndata: {.*"gone".*}\n\n$/,
    );
    const lines = await (await watch("fails", { accept: "application/x-ndjson" })).text();
    expect(JSON.parse(lines.trim().split("\n").at(-1) ?? "")).toMatchObject({
      error: { message: "gone" },
    });
    const array = await watch("fails", { accept: "application/json" });
    await expect(array.text()).rejects.toThrow();
  });

  test("answer at once, live by heartbeats, and stop with the client", async () => {
    const controller = new AbortController();
    const response = await fetch(`${base}/api/v1/sessions/a/watch`, { signal: controller.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.endsWith("\n\n:\n\n:\n\n")) text += (await reader.read()).value;
    controller.abort();
    await eventually(() => seen.stopped === 1);
  });

  test("send the head alone when no message comes for a while", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const headers = { accept: "application/x-ndjson" };
    const response = await fetch(`${base}/api/v1/sessions/silent/watch`, { signal, headers });
    expect([response.status, response.headers.get("x-watch")]).toEqual([200, "1"]);
    controller.abort();
    await eventually(() => seen.stopped === 1);
  });

  test("wait for a slow reader", async () => {
    const socket = connectSocket((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET /api/v1/sessions/flood/watch HTTP/1.1\r\nHost: h\r\n\r\n");
    socket.pause();
    await new Promise((done) => setTimeout(done, 300));
    const early = seen.produced;
    await new Promise((done) => setTimeout(done, 300));
    expect(early).toBeGreaterThan(0);
    expect(seen.produced).toBe(early);
    socket.destroy();
    await eventually(() => seen.stopped === 1);
  });

  test("HEAD gives the head and stops the handler", async () => {
    const response = await fetch(`${base}/api/v1/sessions/a/watch`, { method: "HEAD" });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    await eventually(() => seen.stopped === 1);
  });
});

describe("over h2c", () => {
  let target: http2.Http2Server;
  let client: http2.ClientHttp2Session;
  beforeAll(async () => {
    target = http2.createServer(handler());
    client = http2.connect(`http://127.0.0.1:${await listen(target)}`);
  });
  afterAll(() => {
    client.destroy();
    target.close();
  });

  async function call(headers: http2.OutgoingHttpHeaders, body?: string) {
    const stream = client.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const [head] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    let text = "";
    for await (const chunk of stream) text += chunk;
    return { status: head[":status"], head, text };
  }

  test("a unary call", async () => {
    const { status, head, text } = await call({ ":path": "/api/v1/sessions/a" });
    expect([status, head.etag, JSON.parse(text).session_id]).toEqual([200, '"7"', "a"]);
  });

  test("a body, and a refusal", async () => {
    const post = { ":method": "POST", ":path": "/api/v1/sessions" };
    const type = { "content-type": "application/json" };
    expect((await call({ ...post, ...type }, '{"title":"t"}')).status).toBe(201);
    expect((await call({ ...post, ...type }, '{"x":1}')).status).toBe(400);
    expect((await call({ ...post, ...type }, `"${"x".repeat(2000)}"`)).status).toBe(413);
    expect((await call({ ...post, "content-type": "text/plain" }, "x")).status).toBe(415);
  });

  test("a stream, a cut array, and a client that leaves", async () => {
    const path = (id: string) => ({ ":path": `/api/v1/sessions/${id}/watch` });
    expect((await call(path("short"))).text).toContain("id: 0\n");
    await expect(call({ ...path("fails"), accept: "application/json" })).rejects.toThrow();
    await eventually(() => seen.stopped === 2);
    const stream = client.request(path("a"));
    await once(stream, "data");
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await eventually(() => seen.stopped === 3);
  });
});
