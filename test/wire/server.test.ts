import { createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { createGrpcClient } from "../../src/client/grpc.ts";
import { openServer, type TestServer } from "./server-fixture.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ deadline: { defaultMs: 300, maxMs: 400 }, maxBodyBytes: 10_000 });
});
afterAll(() => server.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1/sessions/${path}`, { headers });

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1/sessions${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const TRANSPORTS: Record<string, () => Transport> = {
  "gRPC over h2c": () => createGrpcTransport({ baseUrl: server.url }),
  "gRPC-Web over HTTP/1.1": () =>
    createGrpcWebTransport({ baseUrl: server.url, httpVersion: "1.1" }),
  "gRPC-Web over h2c": () => createGrpcWebTransport({ baseUrl: server.url, httpVersion: "2" }),
  "Connect binary over HTTP/1.1": () =>
    createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" }),
  "Connect JSON over h2c": () =>
    createConnectTransport({ baseUrl: server.url, httpVersion: "2", useBinaryFormat: false }),
  "Connect GET": () =>
    createConnectTransport({ baseUrl: server.url, httpVersion: "1.1", useHttpGet: true }),
};

describe.each(Object.keys(TRANSPORTS))("%s", (name) => {
  const sessions = () => createClient(SessionService, TRANSPORTS[name]!());

  it("reaches the handler as the caller its headers name", async () => {
    const headers = { "x-user-id": "ann", "x-tenant-id": "acme" };
    const { session } = await sessions().getSession({ sessionId: "s" }, { headers });
    expect(session).toMatchObject({ sessionId: "s", createdBy: "ann", title: "acme" });
  });

  it("says why it refuses, with the reason as a detail", async () => {
    const error = await sessions()
      .getSession({ sessionId: "unknown" })
      .catch((e) => e);
    expect(error.rawMessage).toBe("the session does not exist");
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
      { reason: "session_not_found", domain: "parley" },
    ]);
  });

  it("says when to try again", async () => {
    const error = await sessions()
      .getSession({ sessionId: "away" })
      .catch((e) => e);
    expect(error.metadata.get("retry-after")).toBe("1");
    expect(error.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds: 1n } }]);
  });

  it("streams", async () => {
    const conversations = createClient(ConversationService, TRANSPORTS[name]!());
    const abort = new AbortController();
    const seen: number[] = [];
    await expect(async () => {
      const watch = conversations.watchSession({ sessionId: "s" }, { signal: abort.signal });
      for await (const { seq } of watch) {
        seen.push(seq);
        abort.abort();
      }
    }).rejects.toThrow("canceled");
    expect(seen).toEqual([1]);
  });
});

it("answers a @grpc/grpc-js client", async () => {
  const client = createGrpcClient(SessionService, `127.0.0.1:${server.port}`);
  const { session } = await client.getSession(
    { sessionId: "s" },
    { metadata: { "x-user-id": "bob" } },
  );
  expect(session?.createdBy).toBe("bob");
  await expect(client.getSession({ sessionId: "unknown" })).rejects.toMatchObject({ code: 5 });
  client.close();
});

describe("errors over REST", () => {
  it.each([
    ["unknown", 404, "session_not_found", "the session does not exist"],
    ["expired", 404, "session_expired", "the session expired"],
    ["away", 503, "unavailable", "a store is not reachable right now; try again"],
    ["breaks", 500, "internal", "internal error"],
    ["library", 403, "scope_denied", "not today"],
    ["slow-5000", 504, "deadline_exceeded", "the call took longer than 300 ms"],
  ])("%s is %i %s", async (id, status, error, message) => {
    const response = await get(id);
    expect(response.status).toBe(status);
    const body = (await response.json()) as { timestamp: string };
    expect(body).toMatchObject({ error, message, code: status });
    expect(body.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(JSON.stringify(body)).not.toMatch(/driver|hunter2|ErrorInfo/);
  });

  it("say when to try again", async () => {
    const response = await get("away", { "x-request-id": "req-7" });
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await response.json()).toMatchObject({
      details: [
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retry_delay: "1s" },
        { "@type": "type.googleapis.com/google.rpc.RequestInfo", request_id: "req-7" },
      ],
    });
  });

  it("name every field that is wrong", async () => {
    const response = await post("/s/messages", { messages: [{ content: "x" }, { role: "user" }] });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: "invalid_argument",
      code: 400,
      timestamp: expect.any(String),
      message: "messages[0].role: must be one of user, assistant, system, tool (and 1 more)",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          field_violations: [
            {
              field: "messages[0].role",
              description: "must be one of user, assistant, system, tool",
            },
            { field: "messages[1]", description: "a message needs content or parts" },
          ],
        },
      ],
    });
  });

  it.each([
    ["nowhere", {}, 404, "not_found"],
    ["api/v1/sessions/s", { method: "PUT" }, 405, "method_not_allowed"],
    ["api/v1/sessions/s", { headers: { accept: "image/png" } }, 406, "not_acceptable"],
    ["api/v1/sessions", { method: "POST", body: "<a/>" }, 415, "unsupported_media_type"],
  ])("%s %j is %i %s", async (path, init, status, error) => {
    const response = await fetch(`${server.url}/${path}`, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error, code: status });
  });

  it("refuse a body that is too large", async () => {
    const response = await post("", { title: "x".repeat(20_000) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: "payload_too_large" });
  });
});

it("keeps an unforeseen error's words for the log, under the request's id", async () => {
  await get("breaks", { "x-request-id": "req-42" });
  const failed = server.lines.filter((line) => line.request_id === "req-42");
  expect(failed).toMatchObject([
    { msg: "a call failed", level: 50, err: { message: expect.stringContaining("driver words") } },
    { msg: "call", outcome: "internal", level: 50 },
  ]);
});

it("ends a broken stream with its reason and none of its words", async () => {
  const text = await (await get("breaks/watch")).text();
  expect(text).toContain('"error":"internal"');
  expect(text).not.toContain("driver");
  const refused = await (await get("refuses/watch")).text();
  expect(refused).toContain('"error":"session_not_found"');
});

describe("callers in dev mode", () => {
  it("are somebody without any header", async () => {
    const body = await (await get("s")).json();
    expect(body).toMatchObject({ created_by: "dev-user", title: "dev-tenant" });
  });

  it.each([
    ["x-user-id", "two words"],
    ["x-user-id", ""],
    ["x-tenant-id", "x".repeat(256)],
    ["x-roles", "root"],
  ])("with a malformed %s %j are refused", async (name, value) => {
    const response = await get("s", { [name]: value });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: "invalid_argument",
      details: [{ field_violations: [{ field: name }] }],
    });
  });

  it("are refused where nobody can tell who calls", async () => {
    const strict = await openServer({ authenticators: [] });
    const response = await fetch(`${strict.url}/api/v1/sessions/s`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: "unauthenticated" });
    await strict.close();
  });
});

describe("Idempotency-Key", () => {
  const create = async (body: object, key: string) => {
    const response = await post("", body, { "idempotency-key": key });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it("fills an empty request_id", async () => {
    expect((await create({}, "k-1")).body.session_id).toBe("k-1");
    expect((await create({ request_id: "k-1" }, "k-1")).body.session_id).toBe("k-1");
  });

  it("that contradicts request_id, or is too long, is refused", async () => {
    expect(await create({ request_id: "other" }, "k-1")).toMatchObject({
      status: 400,
      body: { details: [{ field_violations: [{ field: "request_id" }] }] },
    });
    expect((await create({}, "x".repeat(256))).status).toBe(400);
    expect((await create({}, "x".repeat(255))).status).toBe(201);
  });
});

describe("deadlines", () => {
  const sessions = () =>
    createClient(
      SessionService,
      createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" }),
    );
  const took = async (run: () => Promise<unknown>) => {
    const began = performance.now();
    await expect(run()).rejects.toThrow("deadline_exceeded");
    return performance.now() - began;
  };

  it("that the caller names are kept, though the handler does not look", async () => {
    const ms = await took(() =>
      sessions().getSession({ sessionId: "slow-5000" }, { timeoutMs: 100 }),
    );
    expect(ms).toBeLessThan(280);
  });

  it("that are too long are cut", async () => {
    const ms = await took(() =>
      sessions().getSession({ sessionId: "slow-5000" }, { timeoutMs: 60_000 }),
    );
    expect(ms).toBeGreaterThan(390);
    expect(ms).toBeLessThan(2000);
  });

  it("do not end streams", async () => {
    const response = await get("s/watch");
    const reader = response.body!.getReader();
    await reader.read();
    const next = await Promise.race([
      reader.read(),
      new Promise((resolve) => setTimeout(resolve, 600, "still open")),
    ]);
    expect(next).toBe("still open");
    await reader.cancel();
  });
});

it("logs and counts every call, of all protocols, without content", async () => {
  const fresh = await openServer();
  const rpc = createClient(SessionService, createGrpcTransport({ baseUrl: fresh.url }));
  const conversations = createClient(
    ConversationService,
    createGrpcWebTransport({ baseUrl: fresh.url, httpVersion: "1.1" }),
  );
  await rpc.getSession({ sessionId: "s" }, { headers: { "x-tenant-id": "acme" } });
  await conversations.appendMessages({
    sessionId: "s",
    messages: [{ role: Role.USER, content: "a secret" }],
  });
  await fetch(`${fresh.url}/api/v1/sessions/unknown`);
  const method = "parley.v1.SessionService/GetSession";
  expect(fresh.lines.filter(({ msg }) => msg === "call")).toMatchObject([
    { method, protocol: "grpc", outcome: "ok", tenant: "acme", level: 30 },
    { method: "parley.v1.ConversationService/AppendMessages", protocol: "grpc-web", outcome: "ok" },
    { method, protocol: "rest", outcome: "session_not_found", tenant: "dev-tenant" },
  ]);
  expect(JSON.stringify(fresh.lines)).not.toContain("a secret");
  const text = await (await fetch(`${fresh.url}/metrics`)).text();
  expect(text).toContain(`parley_rpc_total{method="${method}",protocol="grpc",outcome="ok"} 1`);
  expect(text).toContain(
    `parley_rpc_total{method="${method}",protocol="rest",outcome="session_not_found"} 1`,
  );
  expect(text).toContain('parley_http_responses_total{status="404"} 1');
  await fresh.close();
});
