import { createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { openServer, type TestServer } from "./server-fixture.ts";

const APP = "https://app.example.com";
const RPC = `/${SessionService.typeName}/GetSession`;
const REST = "/api/v1/sessions/s";

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ corsOrigins: [APP, "http://localhost:5173"], maxBodyBytes: 1000 });
});
afterAll(() => server.close());

function preflight(url: string, origin: string, method = "POST"): Promise<Response> {
  const headers = { origin, "access-control-request-method": method };
  return fetch(url, { method: "OPTIONS", headers });
}

const list = (response: Response, name: string) =>
  (response.headers.get(name) ?? "").split(", ").map((item) => item.toLowerCase());

describe("a preflight", () => {
  it.each([REST, RPC, "/nowhere", "/healthz"])("of %s is answered", async (path) => {
    const response = await preflight(server.url + path, APP, "PATCH");
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(APP);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("access-control-max-age")).toBe("7200");
    expect(list(response, "access-control-allow-methods")).toEqual(
      expect.arrayContaining(["get", "post", "patch", "delete"]),
    );
    expect(list(response, "access-control-allow-headers")).toEqual(
      expect.arrayContaining([
        "content-type",
        "connect-protocol-version",
        "connect-timeout-ms",
        "x-grpc-web",
        "grpc-timeout",
        "authorization",
        "idempotency-key",
        "if-match",
        "last-event-id",
      ]),
    );
    expect(list(response, "vary")).toContain("origin");
  });

  it.each([
    "https://evil.example",
    "https://app.example.com.evil.example",
    "null",
    "http://app.example.com",
  ])("from %s is told nothing", async (origin) => {
    const response = await preflight(server.url + REST, origin);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("access-control-allow-methods")).toBeNull();
    expect(list(response, "vary")).toContain("origin");
  });
});

describe("an answer", () => {
  it.each([
    ["200", REST, {}],
    ["200", `${REST}/watch?after_seq=0`, { headers: { accept: "text/event-stream" } }],
    ["304", REST, { headers: { "if-none-match": "*" } }],
    ["400", `${REST}?nothing=1`, {}],
    ["400", "/%zz", {}],
    ["404", "/nowhere", {}],
    ["404", "/api/v1/sessions/unknown", {}],
    ["405", REST, { method: "PUT" }],
    ["405", RPC, { method: "PUT" }],
    ["413", "/api/v1/sessions", { method: "POST", body: "x".repeat(2000) }],
    ["415", RPC, { method: "POST", body: "x" }],
    ["500", "/api/v1/sessions/breaks", {}],
    ["503", "/api/v1/sessions/away", {}],
  ])("of %s for %s can be read by the page", async (_status, path, init: RequestInit) => {
    const headers = { "content-type": "application/json", origin: APP, ...init.headers };
    const aborter = new AbortController();
    const type = path === RPC && init.method === "POST" ? { "content-type": "text/plain" } : {};
    const response = await fetch(server.url + path, {
      ...init,
      headers: { ...headers, ...type },
      signal: aborter.signal,
    });
    expect(response.headers.get("access-control-allow-origin")).toBe(APP);
    expect(list(response, "vary")).toContain("origin");
    expect(list(response, "access-control-expose-headers")).toEqual(
      expect.arrayContaining([
        "grpc-status",
        "grpc-message",
        "grpc-status-details-bin",
        "etag",
        "retry-after",
        "x-request-id",
        "parley-stale",
        "location",
      ]),
    );
    aborter.abort();
  });

  it("to another origin says nothing, but is not cached for all", async () => {
    const response = await fetch(server.url + REST, {
      headers: { origin: "https://evil.example" },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("access-control-expose-headers")).toBeNull();
    expect(list(response, "vary")).toContain("origin");
    expect(list(await fetch(server.url + REST), "vary")).toContain("origin");
  });

  it("to nobody who may call is as the browser needs it for 401", async () => {
    const strict = await openServer({ authenticators: [], corsOrigins: [APP] });
    const response = await fetch(strict.url + REST, { headers: { origin: APP } });
    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-allow-origin")).toBe(APP);
    await strict.close();
  });
});

it("varies by what it was compressed for as well", async () => {
  const title = "x".repeat(2000);
  const response = await fetch(`${server.url}/api/v1/sessions/${title}`, {
    headers: { origin: APP },
  });
  expect(response.headers.get("content-encoding")).not.toBeNull();
  expect(list(response, "vary")).toEqual(["origin", "accept-encoding"]);
});

it("for all origins allows no cookies", async () => {
  const open = await openServer({ corsOrigins: ["*"] });
  for (const response of [
    await preflight(open.url + RPC, "https://any.example"),
    await fetch(open.url + REST, { headers: { origin: "null" } }),
  ]) {
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    expect(list(response, "vary")).not.toContain("origin");
  }
  await open.close();
});

it("is off by default", async () => {
  const closed = await openServer();
  const response = await fetch(closed.url + REST, { headers: { origin: APP } });
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  expect(response.headers.get("vary")).toBeNull();
  expect((await preflight(closed.url + RPC, APP)).status).toBe(405);
  await closed.close();
});

/** What a browser's clients ask for, they are allowed: their preflight is checked by hand. */
it.each([
  ["Connect", createConnectTransport],
  ["gRPC-Web", createGrpcWebTransport],
])("allows every header that %s from a page sends", async (_name, createTransport) => {
  const sent = new Set<string>();
  const recorder: typeof fetch = (input, init) => {
    new Headers(init?.headers).forEach((_value, name) => {
      sent.add(name);
    });
    return fetch(input, init);
  };
  const asUser: Interceptor = (next) => (request) => {
    request.header.set("x-user-id", "ann");
    return next(request);
  };
  const transport = createTransport({
    baseUrl: server.url,
    fetch: recorder,
    interceptors: [asUser],
    defaultTimeoutMs: 1000,
  });
  const { session } = await createClient(SessionService, transport).getSession({ sessionId: "s" });
  expect(session?.createdBy).toBe("ann");
  expect(sent.size).toBeGreaterThan(2);
  const allowed = list(await preflight(server.url + RPC, APP), "access-control-allow-headers");
  expect(allowed).toEqual(expect.arrayContaining([...sent]));
});
