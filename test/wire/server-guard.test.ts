import type { ServerResponse } from "node:http";
import http2 from "node:http2";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { contain } from "../../src/server/guard.ts";
import { listen } from "../../src/server/listener.ts";
import { bodyOf, RawSocket, rawRequest } from "./raw-socket.ts";
import { openServer, type TestServer } from "./server-fixture.ts";

const RPC = `/${SessionService.typeName}/GetSession`;
const REST = "/api/v1/sessions/s";
const JSON_HEAD = "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n";

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

/** One line for each request: what is sent, over which path. */
const send = (head: string) => rawRequest(server.port, `${head}\r\n{}`);

describe.each([
  ["RPC", `POST ${RPC}`],
  ["REST", `GET ${REST}`],
])("a request to a valid %s path", (_name, line) => {
  it.each([
    ["with an impossible host", `${line} HTTP/1.1\r\nHost: [\r\n`],
    ["with an empty host", `${line} HTTP/1.1\r\nHost:\r\n`],
    ["with a host that is a path", `${line} HTTP/1.1\r\nHost: a/b\r\n`],
    ["with no host", `${line} HTTP/1.1\r\n`],
    ["over HTTP/1.0 with no host", `${line} HTTP/1.0\r\n`],
  ])("%s is 400 in the error shape", async (_what, head) => {
    const answer = await send(`${head}${JSON_HEAD}`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toMatch(/x-request-id: /i);
    expect(bodyOf(answer)).toMatchObject({ error: "invalid_argument", code: 400, details: [] });
  });
});

describe("request targets", () => {
  it.each([`http://elsewhere${RPC}`, `HTTP://elsewhere:80${RPC}`])(
    "in absolute form, %s, are served",
    async (target) => {
      const answer = await send(`POST ${target} HTTP/1.1\r\nHost: a\r\n${JSON_HEAD}`);
      expect(answer).toMatch(/^HTTP\/1.1 200 /);
      expect(answer).toContain('"dev-user"');
    },
  );

  it("in absolute form with an impossible host are refused", async () => {
    const answer = await send(`GET http://[${REST} HTTP/1.1\r\nHost: a\r\n${JSON_HEAD}`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  it.each(["ftp://a/b", "*", "//", "//evil/x", "/%", "/a/../b", "/\u00ff"])(
    "like %s get an answer",
    async (target) => {
      const answer = await send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${JSON_HEAD}`);
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(bodyOf(answer)).toMatchObject({ code: expect.any(Number) });
    },
  );
});

describe("a request that no protocol takes", () => {
  it("by its method is 405 with Allow", async () => {
    const response = await fetch(server.url + RPC, { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST, GET");
    expect(await response.json()).toMatchObject({ error: "method_not_allowed" });
  });

  it("by its content type is 415", async () => {
    const response = await fetch(server.url + RPC, { method: "POST", body: "x" });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ error: "unsupported_media_type" });
  });

  it("by the verb of its method is 400 or 405", async () => {
    const answer = await send(`BREW ${REST} HTTP/1.1\r\nHost: a\r\n${JSON_HEAD}`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(await send(`PROPFIND ${REST} HTTP/1.1\r\nHost: a\r\n${JSON_HEAD}`)).toMatch(/ 405 /);
  });
});

it.each([RPC, REST, "/nowhere", "/healthz"])(
  "ends HEAD %s over h2, whatever is sent with it",
  async (...row) => {
    const session = http2.connect(server.url);
    const stream = session.request({ ":method": "HEAD", ":path": row[0] }, { endStream: false });
    stream.resume().on("error", () => undefined);
    const closed = new Promise((resolve) => stream.once("close", resolve));
    stream.end(Buffer.alloc(200_000));
    await closed;
    session.destroy();
  },
);

it.each(["/api/v1/sessions", RPC])("an upload to %s that is too large is told so", async (path) => {
  const body = JSON.stringify({ title: "x".repeat(30_000_000) });
  const headers = { "content-type": "application/json" };
  for (let i = 0; i < 5; i++) {
    const response = await fetch(server.url + path, { method: "POST", headers, body });
    expect([413, 429]).toContain(response.status);
    await response.text();
  }
});

it("serves a caller who offers an upgrade to h2c, as Java's client does", async () => {
  const upgrade = "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";
  const head = `GET ${REST} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n`;
  const raw = await RawSocket.connect(server.port);
  raw.write(`${head}${upgrade}\r\n`);
  expect(await raw.until("dev-user")).toMatch(/^HTTP\/1.1 200 /);
  raw.socket.destroy();
});

it("lives through callers who leave in the middle", async () => {
  for (const part of [
    `POST ${RPC} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
    `GET ${REST}/watch HTTP/1.1\r\nHost: a\r\n\r\n`,
    "GET /api/v1/sessions/slow-50 HTTP/1.1\r\nHost: a\r\n\r\n",
  ]) {
    const raw = await RawSocket.connect(server.port);
    raw.write(part);
    await new Promise((resolve) => setTimeout(resolve, 20));
    raw.socket.resetAndDestroy();
  }
  const session = http2.connect(server.url);
  const stream = session.request({ ":path": `${REST}/watch` });
  await new Promise((resolve) => stream.once("response", resolve));
  stream.on("error", () => undefined).close(http2.constants.NGHTTP2_CANCEL);
  session.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await fetch(server.url + REST)).status).toBe(200);
  await expect
    .poll(async () => (await server.metrics.registry.metrics()).match(/^parley_rpc_running.*$/gm))
    .not.toContainEqual(expect.stringMatching(/ [1-9]\d*$/));
});

it("stops what waits behind another answer on a connection that closes", async () => {
  await expect.poll(() => server.running()).toBe(0);
  const raw = await RawSocket.connect(server.port);
  raw.write(`GET ${REST}/watch HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(3));
  await expect.poll(() => server.running()).toBe(3);
  raw.socket.resetAndDestroy();
  await expect.poll(() => server.running()).toBe(0);
});

it("notices that a caller leaves, though it sent nonsense behind its request", async () => {
  const raw = await RawSocket.connect(server.port);
  raw.write(`GET ${REST}/watch HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(2));
  raw.socket.end("nonsense\r\n\r\n");
  await raw.untilClosed();
  await expect.poll(() => server.running()).toBe(0);
});

it("answers 500 when a handler throws, and goes on", async () => {
  const broken = await openServer({
    health: {
      live: () => {
        throw new Error("a bug");
      },
      ready: async () => ({ serving: true, stores: {} }),
    },
  });
  const response = await fetch(`${broken.url}/healthz`);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ error: "internal", message: "internal error" });
  expect(broken.lines).toMatchObject([{ msg: "a request handler threw" }]);
  await broken.close();
});

it("lives through an answer that goes on after its end", async () => {
  const handle = contain(
    (_req, res) => {
      (res as ServerResponse).end("done");
      (res as ServerResponse).write("more");
    },
    pino({ level: "silent" }),
  );
  const listener = await listen({ host: "127.0.0.1", port: 0, handle });
  const answer = await fetch(listener.address.url);
  expect(await answer.text()).toBe("done");
  await listener.close();
});
