import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect as connectSocket } from "node:net";
import { Code } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { handler, json, listen, seen } from "./testing/small-service.ts";

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
