import { once } from "node:events";
import http2 from "node:http2";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { openServer, type TestServer } from "./server-fixture.ts";

const WATCH = "/api/v1/sessions/flood/watch";
const READER_MS = 300;

let server: TestServer;
beforeEach(async () => {
  server = await openServer({ limits: { readerTimeoutMs: READER_MS, requestTimeoutMs: 600 } });
});
afterEach(() => server.close());

/** Takes the head and the first bytes, and then no more. */
async function stalledSocket(head: string | Buffer) {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(head);
  await once(socket, "readable");
  await expect.poll(() => server.running()).toBe(1);
  return socket;
}

/** One enveloped WatchSessionRequest: `{"sessionId":"flood"}`. */
function envelope(json: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(json.length, 1);
  return Buffer.concat([head, Buffer.from(json)]);
}

const body = envelope('{"sessionId":"flood"}');
const post = (type: string) =>
  `POST /${ConversationService.typeName}/WatchSession HTTP/1.1\r\nHost: h\r\n` +
  `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body.toString("latin1")}`;

it.each([
  ["REST", `GET ${WATCH} HTTP/1.1\r\nHost: h\r\n\r\n`],
  ["Connect", post("application/connect+json")],
  ["gRPC-Web", post("application/grpc-web+json")],
])(
  "a reader of %s over HTTP/1.1 who stops is cut, and its handler stopped",
  async (_name, head) => {
    const socket = await stalledSocket(head);
    const began = performance.now();
    await expect.poll(() => server.running(), { timeout: 5000 }).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(READER_MS / 2);
    socket.resume();
    await once(socket, "close");
  },
);

it.each([
  ["REST", { ":path": WATCH }, undefined],
  [
    "gRPC",
    {
      ":method": "POST",
      ":path": `/${ConversationService.typeName}/WatchSession`,
      "content-type": "application/grpc+json",
      te: "trailers",
    },
    body,
  ],
])("a reader of %s over h2 who stops loses the stream, not the connection", async (...row) => {
  const [, headers, request] = row;
  const session = http2.connect(server.url);
  const stalled = session.request(headers, { endStream: request === undefined });
  stalled.on("error", () => undefined);
  if (request !== undefined) stalled.end(request);
  await once(stalled, "response");
  stalled.pause();
  // Others on the connection go on, as they do behind a gateway.
  const others = setInterval(() => session.ping(() => undefined), 50);
  await expect.poll(() => server.running()).toBe(1);
  await expect.poll(() => server.running(), { timeout: 5000 }).toBe(0);
  clearInterval(others);
  const other = session.request({ ":path": "/api/v1/sessions/s" });
  expect((await once(other, "response"))[0][":status"]).toBe(200);
  session.destroy();
});

/** A frame of HTTP/2 without flags but those for a head that is whole. */
function frame(type: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = type === 1 ? 0x05 : 0;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

it("a connection over h2 that takes nothing at all is cut whole", async () => {
  const windows = Buffer.from([0x7f, 0xff, 0, 0]);
  const path = Buffer.from(WATCH);
  const get = Buffer.from([0x82, 0x86, 0x01, 1, 0x68, 0x04, path.length]);
  const socket = await stalledSocket(
    Buffer.concat([
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      frame(4, 0, Buffer.concat([Buffer.from([0, 4]), windows])),
      frame(8, 0, windows),
      frame(1, 1, Buffer.concat([get, path])),
    ]),
  );
  await expect.poll(() => server.running(), { timeout: 5000 }).toBe(0);
  const connections = async () =>
    /^parley_connections\{protocol="http2"\} (\d+)$/m.exec(
      await server.metrics.registry.metrics(),
    )?.[1];
  await expect.poll(connections, { timeout: 5000 }).toBe("0");
  socket.destroy();
});

it("a reader who is slow, but reads, is not cut", async () => {
  const session = http2.connect(server.url);
  const slow = session.request({ ":path": WATCH });
  await once(slow, "response");
  slow.pause();
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, READER_MS / 3));
    for (let taken = 0; taken < 200_000; ) {
      const chunk = slow.read() as Buffer | null;
      if (chunk === null) await once(slow, "readable");
      else taken += chunk.length;
    }
  }
  expect(await server.running()).toBe(1);
  session.destroy();
});

it("a silent stream is not cut, since nothing is left unread", async () => {
  const answer = await fetch(`${server.url}/api/v1/sessions/s/watch`);
  const reader = answer.body!.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, READER_MS * 3));
  expect(await server.running()).toBe(1);
  await reader.cancel();
});

it("requests behind a stream without an end are cut with it", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.resume();
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
  socket.write(get("/api/v1/sessions/s/watch") + get("/api/v1/sessions/s"));
  await once(socket, "close");
  await expect.poll(() => server.running()).toBe(0);
});

it("a request whose body is not read does not hide the next", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.setEncoding("latin1");
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  const body = "x".repeat(300_000);
  socket.write(`POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`);
  await expect.poll(() => received).toContain("HTTP/1.1 404");
  socket.write(`${body}GET /nowhere/else HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  await once(socket, "close");
  expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 404", "HTTP/1.1 404"]);
});

it("an upload over h2 that never ends is reset", async () => {
  const session = http2.connect(server.url);
  const stream = session.request({
    ":method": "POST",
    ":path": `/${SessionService.typeName}/GetSession`,
    "content-type": "application/json",
  });
  stream.on("error", () => undefined);
  stream.write("{");
  const began = performance.now();
  await once(stream, "close");
  expect(stream.rstCode).toBe(http2.constants.NGHTTP2_CANCEL);
  expect(performance.now() - began).toBeGreaterThan(300);
  session.destroy();
});
