import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import * as http2 from "node:http2";
import { type AddressInfo, connect as connectSocket } from "node:net";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { type SessionSchema, SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import type { WatchSessionResponseSchema } from "../../gen/parley/v1/watch_pb.js";
import { setSuccessStatus } from "./call/success-status.ts";
import { captureServices } from "./capture.ts";
import { createRest, type RestOptions } from "./rest.ts";

// A small service over real sockets: HTTP/1.1 and h2c.

type Json = Record<string, unknown>;

const seen: { ctx?: HandlerContext; intercepted: string[]; stopped: number } = {
  intercepted: [],
  stopped: 0,
};

const session = (id: string): MessageInitShape<typeof SessionSchema> => ({
  sessionId: id,
  status: SessionStatus.RUNNING,
  createdAt: timestampFromDate(new Date("2026-01-02T03:04:05Z")),
  etag: "7",
  labels: { a: "b" },
  context: { any: [1, null, { deep: true }] },
  logBytes: 5n,
});

const sessions = {
  createSession(request: { sessionId: string; title?: string | undefined }, ctx: HandlerContext) {
    if (request.sessionId === "taken") setSuccessStatus(ctx, 200);
    ctx.responseHeader.set("x-made", "yes");
    return { session: { ...session(request.sessionId || "new"), title: request.title } };
  },
  async getSession(request: { sessionId: string }, ctx: HandlerContext) {
    seen.ctx = ctx;
    switch (request.sessionId) {
      case "missing":
        throw new ConnectError("no such session", Code.NotFound, { "retry-after": "1" }, [
          { desc: ErrorInfoSchema, value: { reason: "session_not_found", domain: "test" } },
        ]);
      case "broken":
        throw new Error("password is hunter2");
      case "slow":
        await new Promise((_resolve, reject) => {
          ctx.signal.addEventListener("abort", () => {
            seen.stopped++;
            reject(ctx.signal.reason);
          });
        });
    }
    return request.sessionId === "none" ? {} : { session: session(request.sessionId) };
  },
  updateSession(request: { sessionId: string; title?: string | undefined; ifMatch: string }) {
    if (request.ifMatch !== "" && request.ifMatch !== "7") {
      throw new ConnectError("state has changed", Code.Aborted);
    }
    return { session: { ...session(request.sessionId), title: request.title } };
  },
  deleteSession: () => ({}),
  listSessions: (request: { limit?: number | undefined; status: SessionStatus }) => ({
    count: request.limit ?? 20,
    nextPageToken: SessionStatus[request.status],
  }),
};

type Watched = MessageInitShape<typeof WatchSessionResponseSchema>;

function watched(seq: number, update: Watched["update"]): Watched {
  return { seq, update };
}

const conversation = {
  async *watchSession(
    request: { sessionId: string; afterSeq?: number | undefined },
    ctx: HandlerContext,
  ) {
    if (request.sessionId === "denied") throw new ConnectError("no", Code.PermissionDenied);
    try {
      ctx.responseHeader.set("x-watch", "1");
      if (request.sessionId === "silent") await once(ctx.signal, "abort");
      yield watched(request.afterSeq ?? 0, { case: "position", value: {} });
      if (request.sessionId === "short") return;
      if (request.sessionId === "fails") throw new ConnectError("gone", Code.NotFound);
      if (request.sessionId === "flood") {
        const name = "x".repeat(100_000);
        for (let seq = 1; !ctx.signal.aborted; seq++) {
          produced = seq;
          yield watched(seq, { case: "event", value: { type: name } });
        }
      }
      await once(ctx.signal, "abort");
    } finally {
      seen.stopped++;
    }
  },
};

let produced = 0;

const recorder: Interceptor = (next) => (request) => {
  seen.intercepted.push(`${request.requestMethod} ${new URL(request.url).pathname}`);
  return next(request);
};

function handler(options: Partial<RestOptions> = {}) {
  let rest: ReturnType<typeof createRest> | undefined;
  return connectNodeAdapter({
    interceptors: [recorder],
    routes(router) {
      const captured = captureServices(router);
      captured.router.service(SessionService, sessions).service(ConversationService, conversation);
      rest = createRest({
        methods: captured.methods,
        interceptors: [recorder],
        readMaxBytes: 1000,
        heartbeatMs: 40,
        ...options,
      });
    },
    fallback: (request, response) => rest?.(request, response),
  });
}

let server: Server;
let base: string;

async function listen(target: Server | http2.Http2Server): Promise<number> {
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  return (target.address() as AddressInfo).port;
}

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

const json = (body: unknown, method = "POST"): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((done) => setTimeout(done, 10));
  expect(condition()).toBe(true);
}

describe("unary calls", () => {
  test("answer in REST's own JSON, with a length and an ETag", async () => {
    const response = await fetch(`${base}/api/v1/sessions/a%2Fb%3Ac`);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    expect(response.headers.get("etag")).toBe('"7"');
    expect(JSON.parse(text)).toEqual({
      session_id: "a/b:c",
      external_id: null,
      tenant_id: "",
      user_id: "",
      created_by: "",
      title: null,
      status: "running",
      is_active: false,
      agent_id: null,
      created_at: "2026-01-02T03:04:05Z",
      updated_at: null,
      expires_at: null,
      context: { any: [1, null, { deep: true }] },
      metadata: null,
      labels: { a: "b" },
      version: 0,
      state_version: 0,
      etag: "7",
      message_count: 0,
      turn_count: 0,
      log_bytes: 5,
    });
    expect(seen.intercepted).toEqual(["GET /api/v1/sessions/a%2Fb%3Ac"]);
    expect(seen.ctx?.protocolName).toBe("rest");
    expect(seen.ctx?.signal.aborted).toBe(true);
  });

  test("an absent response_body is null", async () => {
    const response = await fetch(`${base}/api/v1/sessions/none`);
    expect([response.status, await response.text()]).toEqual([200, "null"]);
  });

  test("the first status is the default, and a handler may choose another", async () => {
    const made = await fetch(`${base}/api/v1/sessions`, json({ title: "t" }));
    const found = await fetch(`${base}/api/v1/sessions`, json({ session_id: "taken" }));
    expect([made.status, found.status]).toEqual([201, 200]);
    expect(made.headers.get("x-made")).toBe("yes");
    expect(await made.json()).toMatchObject({ session_id: "new", title: "t" });
  });

  test("204 has neither body nor length", async () => {
    const response = await fetch(`${base}/api/v1/sessions/a`, { method: "DELETE" });
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(response.headers.get("content-length")).toBeNull();
  });

  test("HEAD answers as GET does, without the body", async () => {
    const response = await fetch(`${base}/api/v1/sessions/a`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(100);
  });

  test("If-None-Match spares the body of what is unchanged", async () => {
    const get = (tag: string) =>
      fetch(`${base}/api/v1/sessions/a`, { headers: { "if-none-match": tag } });
    expect((await get('"1", W/"7"')).status).toBe(304);
    expect((await get('"1"')).status).toBe(200);
  });

  test("If-Match fills its field, and the error status can know of it", async () => {
    const strict = createServer(
      handler({
        errorStatus: (error, info) =>
          info.ifMatch && error.code === Code.Aborted ? 412 : undefined,
      }),
    );
    const url = `http://127.0.0.1:${await listen(strict)}/api/v1/sessions/a`;
    const patch = (tag: string) =>
      fetch(url, {
        method: "PATCH",
        body: '{"title":"x"}',
        headers: { "content-type": "application/json", "if-match": tag },
      });
    expect((await patch('"7"')).status).toBe(200);
    expect((await patch('"6"')).status).toBe(412);
    expect((await patch('"6", "7"')).status).toBe(400);
    strict.close();
  });

  test("what was read can be sent back", async () => {
    const read = (await (await fetch(`${base}/api/v1/sessions/a`)).json()) as Json;
    const { etag: _etag, external_id: _externalId, agent_id: _agentId, ...rest } = read;
    const response = await fetch(
      `${base}/api/v1/sessions/a`,
      json({ ...rest, title: "n" }, "PATCH"),
    );
    expect(await response.json()).toMatchObject({ session_id: "a", title: "n" });
  });

  test("the query fills fields by both names", async () => {
    const response = await fetch(`${base}/api/v1/sessions?limit=3&status=RUNNING`);
    expect(await response.json()).toMatchObject({ count: 3, next_page_token: "RUNNING" });
  });
});

describe("refusals", () => {
  const cases: [string, string, RequestInit | undefined, number, string][] = [
    ["unknown path", "/api/v1/nothing", undefined, 404, "there is nothing at this path"],
    ["trailing slash", "/api/v1/sessions/", { method: "DELETE" }, 404, "nothing"],
    ["double slash", "//evil/x", undefined, 404, "nothing"],
    ["unknown parameter", "/api/v1/sessions?page_sise=1", undefined, 400, "page_sise is not"],
    ["bad integer", "/api/v1/sessions?limit=1e1", undefined, 400, "limit must be an integer"],
    ["twice", "/api/v1/sessions?limit=1&limit=1", undefined, 400, "limit is given twice"],
    ["empty value", "/api/v1/sessions?limit=", undefined, 400, "limit must be an integer"],
    ["bad escape", "/api/v1/sessions/%zz", undefined, 400, "target is malformed"],
    ["unknown field", "/api/v1/sessions", json({ titel: "x" }), 400, "titel is not a field"],
    ["two names", "/api/v1/sessions", json({ agent_id: "a", agentId: "b" }), 400, "both"],
    ["no object", "/api/v1/sessions", json([]), 400, "body must be an object"],
    ["wrong type", "/api/v1/sessions", json({ title: 1 }), 400, "title must be a string"],
    ["bad JSON", "/api/v1/sessions", { ...json(0), body: "{" }, 400, "body is not valid JSON"],
    ["body too large", "/api/v1/sessions", json({ title: "x".repeat(1000) }), 413, "1000 bytes"],
    ["not JSON", "/api/v1/sessions", { method: "POST", body: "x" }, 415, "application/json"],
    [
      "charset",
      "/api/v1/sessions",
      { ...json({}), headers: { "content-type": "application/json; charset=latin1" } },
      415,
      "UTF-8",
    ],
    ["body where none is", "/api/v1/sessions/a", json({}, "DELETE"), 400, "takes no body"],
    ["no JSON wanted", "/api/v1/sessions", { headers: { accept: "text/html" } }, 406, "Accept"],
    [
      "bad timeout",
      "/api/v1/sessions",
      { headers: { "connect-timeout-ms": "soon" } },
      400,
      "timeout",
    ],
  ];

  test.each(cases)("%s", async (_name, path, init, status, message) => {
    const response = await fetch(base + path, init);
    const body = (await response.json()) as Json;
    expect([response.status, body.message]).toEqual([status, expect.stringContaining(message)]);
  });

  test("405 names all methods of the path, and OPTIONS too", async () => {
    const put = await fetch(`${base}/api/v1/sessions/a`, { method: "PUT" });
    const options = await fetch(`${base}/api/v1/sessions/a`, { method: "OPTIONS" });
    expect([put.status, options.status]).toEqual([405, 204]);
    expect(put.headers.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS, PATCH");
    expect(options.headers.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS, PATCH");
  });

  test("violations are google.rpc.BadRequest", async () => {
    const response = await fetch(`${base}/api/v1/sessions?limit=x&foo=1`);
    expect(((await response.json()) as Json).details).toEqual([
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        field_violations: [
          expect.objectContaining({ field: "limit", description: "must be an integer" }),
          expect.objectContaining({ field: "foo", description: "is not a parameter here" }),
        ],
      },
    ]);
  });

  test("errors keep their details and metadata, in the form asked for", async () => {
    const shaped = createServer(
      handler({
        errorBody: (error, status, details) => ({ why: error.rawMessage, status, details }),
      }),
    );
    const url = `http://127.0.0.1:${await listen(shaped)}/api/v1/sessions/missing`;
    const response = await fetch(url);
    expect(response.status).toBe(404);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await response.json()).toEqual({
      why: "no such session",
      status: 404,
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "session_not_found",
          domain: "test",
          metadata: {},
        },
      ],
    });
    shaped.close();
  });

  test("what is no ConnectError says nothing", async () => {
    const response = await fetch(`${base}/api/v1/sessions/broken`);
    expect([response.status, await response.json()]).toEqual([
      500,
      { code: Code.Internal, message: "internal error", details: [] },
    ]);
  });

  test("a method without an implementation is 501", async () => {
    const response = await fetch(`${base}/api/v1/sessions/latest`);
    expect(response.status).toBe(501);
  });

  test.each([
    ["no host", "GET /api/v1/sessions/a HTTP/1.0\r\n\r\n", "400"],
    ["bad host", "GET /api/v1/sessions/a HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n", "400"],
    [
      "absolute form",
      "GET http://h/api/v1/sessions/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
      "200",
    ],
    ["asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "400"],
  ])("%s over a bare socket", async (_name, text, status) => {
    const socket = connectSocket((server.address() as AddressInfo).port, "127.0.0.1");
    socket.end(text);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    expect(answer.split(" ")[1]).toBe(status);
  });

  test("a body over the limit without a length is cut off", async () => {
    const request = httpRequest(`${base}/api/v1/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
    });
    request.on("error", () => {});
    request.write(`{"title":"${"x".repeat(2000)}`);
    const [response] = await once(request, "response");
    expect(response.statusCode).toBe(413);
    request.destroy();
  });
});

describe("ends of calls", () => {
  test("a deadline aborts the handler", async () => {
    for (const [name, value] of [
      ["connect-timeout-ms", "20"],
      ["grpc-timeout", "20m"],
      ["x-server-timeout", "0.02"],
    ] as const) {
      const response = await fetch(`${base}/api/v1/sessions/slow`, { headers: { [name]: value } });
      expect(response.status).toBe(504);
    }
  });

  test("the client's leaving aborts the handler", async () => {
    const controller = new AbortController();
    const call = fetch(`${base}/api/v1/sessions/slow`, { signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    await expect(call).rejects.toThrow();
    await eventually(() => seen.stopped === 1);
  });

  test("the server's stopping aborts the handler", async () => {
    const stopping = new AbortController();
    const stopped = createServer(handler({ shutdownSignal: stopping.signal }));
    const call = fetch(`http://127.0.0.1:${await listen(stopped)}/api/v1/sessions/slow`);
    setTimeout(() => stopping.abort(new ConnectError("stopping", Code.Unavailable)), 30);
    expect((await call).status).toBe(503);
    stopped.close();
  });
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
    const early = produced;
    await new Promise((done) => setTimeout(done, 300));
    expect(early).toBeGreaterThan(0);
    expect(produced).toBe(early);
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
