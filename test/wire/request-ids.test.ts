import { once } from "node:events";
import http2 from "node:http2";
import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RequestInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { rawRequest } from "./raw-socket.ts";
import { openServer, type TestServer } from "./server-fixture.ts";

const APP = "https://app.example.com";
const GENERATED = /^[A-Za-z0-9_-]{12}-[0-9a-z]+$/;

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ corsOrigins: [APP] });
});
afterAll(() => server.close());

const lineOf = (id: string) => server.lines.filter((line) => line.request_id === id);

describe("an id", () => {
  it.each([
    ["gRPC", () => createGrpcTransport({ baseUrl: server.url })],
    ["gRPC-Web", () => createGrpcWebTransport({ baseUrl: server.url, httpVersion: "1.1" })],
    ["Connect", () => createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" })],
  ])("over %s comes back, and is in the log", async (name, open) => {
    const client = createClient(SessionService, open());
    const id = `id-${name}`;
    let answered: string | null = null;
    const options = {
      headers: { "x-request-id": id },
      onHeader: (headers: Headers) => {
        answered = headers.get("x-request-id");
      },
    };
    await client.getSession({ sessionId: "s" }, options);
    expect(answered).toBe(id);
    expect(lineOf(id)).toMatchObject([{ msg: "call", outcome: "ok" }]);
  });

  it.each([
    ["", "/api/v1/sessions/s"],
    ["of a stream", "/api/v1/sessions/refuses/watch"],
    ["of what is not there", "/nowhere"],
    ["of a target that is none", "/%zz"],
    ["of a method that is not taken", `/${SessionService.typeName}/CreateSession`],
    ["of a probe", "/healthz"],
  ])("%s over REST comes back: %s", async (_what, path) => {
    const response = await fetch(server.url + path, { headers: { "x-request-id": "mine" } });
    expect(response.headers.get("x-request-id")).toBe("mine");
    await response.text();
  });

  it("comes back with a preflight", async () => {
    const headers = { origin: APP, "access-control-request-method": "POST" };
    const response = await fetch(`${server.url}/nowhere`, { method: "OPTIONS", headers });
    expect(response.headers.get("x-request-id")).toMatch(GENERATED);
  });

  it("is in the answer that says that something broke here, and in no other", async () => {
    const headers = { "x-request-id": "broken-1" };
    const broken = await fetch(`${server.url}/api/v1/sessions/breaks`, { headers });
    expect(await broken.json()).toMatchObject({
      details: [{ "@type": "type.googleapis.com/google.rpc.RequestInfo", request_id: "broken-1" }],
    });
    const client = createClient(SessionService, createGrpcTransport({ baseUrl: server.url }));
    const error = await client.getSession({ sessionId: "breaks" }, { headers }).catch((e) => e);
    expect(error.findDetails(RequestInfoSchema)).toMatchObject([{ requestId: "broken-1" }]);
    const unknown = await fetch(`${server.url}/api/v1/sessions/unknown`, { headers });
    expect(await unknown.json()).toMatchObject({ details: [] });
  });
});

describe("what is no id", () => {
  it.each([
    ["a tab", "a\tb"],
    ["an escape sequence", "a\u001b[31m"],
    ["a byte beyond ASCII", "\u00e9"],
    ["quotes", 'a","level":"error'],
    ["too much", "x".repeat(129)],
    ["nothing", ""],
    ["two of them", "a\r\nX-Request-Id: b"],
  ])("(%s) is replaced, and never logged", async (_what, id) => {
    const before = server.lines.length;
    const head = `GET /api/v1/sessions/s HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\n`;
    const answer = await rawRequest(server.port, `${head}Connection: close\r\n\r\n`);
    const [, status] = answer.split(" ");
    // Node's parser refuses control characters itself.
    if (status === "400") return expect(server.lines).toHaveLength(before);
    expect(/^x-request-id: (.*)$/im.exec(answer)?.[1]).toMatch(GENERATED);
    const [line, ...more] = server.lines.slice(before);
    expect(line).toMatchObject({ msg: "call", request_id: expect.stringMatching(GENERATED) });
    expect(more).toEqual([]);
  });

  it("is replaced over h2 too", async () => {
    const session = http2.connect(server.url);
    const stream = session.request({ ":path": "/api/v1/sessions/s", "x-request-id": "a b" });
    const [head] = await once(stream, "response");
    expect(head["x-request-id"]).toMatch(GENERATED);
    session.destroy();
  });
});
