import { createServer, type Server } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, handler, json, listen, seen } from "./testing/small-service.ts";

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

describe("unary calls", () => {
  test("answer in REST's own JSON, with a length and an ETag", async () => {
    const response = await fetch(`${base}/api/v1/sessions/a%2Fb%3Ac`);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    expect(response.headers.get("etag")).toBe('"7"');
    expect(JSON.parse(text)).toMatchObject({
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
