import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import type { HandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BodyService, openBodyService } from "../testing/body-service.ts";

const data = Uint8Array.of(0, 255, 13, 10, 123);
const files: Record<string, object | undefined> = {
  png: { contentType: "image/png", data },
  page: { contentType: "text/html; charset=utf-8", data: new TextEncoder().encode("<p>") },
  untyped: { data },
  empty: { contentType: "text/plain" },
  broken: { contentType: "text/plain\r\nx-evil: 1", data },
};

let service: BodyService;
beforeAll(async () => {
  service = await openBodyService({
    Load: ({ id }: { id: string }, ctx: HandlerContext) => {
      ctx.responseHeader.set("content-disposition", "attachment");
      if (id === "page") ctx.responseHeader.set("x-content-type-options", "off");
      return { file: files[id], tag: id === "untyped" ? "" : `v-${id}` };
    },
    Convert: (_input: unknown, ctx: HandlerContext) => {
      ctx.responseHeader.set("etag", '"own"');
      return { contentType: "image/gif", data };
    },
  });
});
afterAll(() => service.close());

const get = (id: string, init?: RequestInit) => fetch(`${service.base}/files/${id}`, init);

describe("google.api.HttpBody answers", () => {
  test("as it is, with its type and what the handler set", async () => {
    const response = await get("png");
    expect(response.status).toBe(200);
    expect(await response.bytes()).toEqual(data);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "content-length": "5",
      "content-disposition": "attachment",
      "x-content-type-options": "nosniff",
      etag: '"v-png"',
    });
  });

  test("the type of a part of it is the handler's own word", async () => {
    const response = await get("page");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("off");
  });

  test("bytes of no type, and no bytes", async () => {
    const untyped = await get("untyped");
    expect(untyped.headers.get("content-type")).toBe("application/octet-stream");
    expect(untyped.headers.get("etag")).toBeNull();
    for (const id of ["empty", "absent"]) {
      const response = await get(id);
      expect([response.status, await response.text()]).toEqual([200, ""]);
      expect(response.headers.get("content-length")).toBe("0");
    }
  });

  test("as the whole answer, whatever Accept says", async () => {
    const response = await fetch(`${service.base}/convert`, {
      method: "POST",
      body: "x",
      headers: { accept: "text/html" },
    });
    expect(response.headers.get("content-type")).toBe("image/gif");
    expect(await response.bytes()).toEqual(data);
  });

  test("HEAD has all but the body", async () => {
    const response = await get("png", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("content-length")).toBe("5");
    expect(response.headers.get("content-type")).toBe("image/png");
  });

  test("not again, if the caller has it", async () => {
    const same = await get("png", { headers: { "if-none-match": '"v-png"' } });
    expect([same.status, same.headers.get("etag"), await same.text()]).toEqual([
      304,
      '"v-png"',
      "",
    ]);
    expect((await get("png", { headers: { "if-none-match": '"v-2"' } })).status).toBe(200);
  });

  test("a type that would be two headers is an error", async () => {
    const response = await get("broken");
    expect([response.status, response.headers.get("x-evil")]).toEqual([500, null]);
  });
});

test("the handler's own ETag counts for reads", async () => {
  const own = await openBodyService({
    Load: (_input: unknown, ctx: HandlerContext) => {
      ctx.responseHeader.set("etag", 'W/"own"');
      return {};
    },
  });
  const response = await fetch(`${own.base}/files/1`, { headers: { "if-none-match": '"own"' } });
  expect(response.status).toBe(304);
  own.close();
});

describe("a request to speak something else", () => {
  const handshake = (path: string, upgrade: string) =>
    `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\nUpgrade: ${upgrade}\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

  async function ask(text: string): Promise<string> {
    const socket = connectSocket(service.port, "127.0.0.1");
    socket.write(text);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    return answer;
  }

  test.each([
    ["/chat", "websocket", "501", "WebSocket is not served"],
    ["/collect", "WebSocket", "501", "WebSocket is not served"],
    ["/files/png", "websocket", "501", "WebSocket is not served"],
    ["/nothing", "websocket", "404", "nothing at this path"],
    ["/files/page", "h2c", "200", "<p>"],
  ])("%s as %s is %s", async (path, upgrade, status, text) => {
    const answer = await ask(handshake(path, upgrade));
    expect(answer.split(" ")[1]).toBe(status);
    expect(answer).toContain(text);
  });

  test.each([
    ["GET", "/chat"],
    ["POST", "/collect"],
  ])("a stream of requests is 501, and where to take it: %s %s", async (method, path) => {
    const response = await fetch(service.base + path, { method });
    expect([response.status, await response.json()]).toMatchObject([
      501,
      { code: 12, message: expect.stringMatching(/streams of requests .* gRPC or Connect/) },
    ]);
  });

  test("an upload without end to such a method is answered at once", async () => {
    const socket = connectSocket(service.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(
      "POST /collect HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
    );
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1.1 501 /);
    socket.destroy();
  });
});

test("an answer to a caller who has gone harms nobody", async () => {
  let answered = () => {};
  const late = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const slow = await openBodyService({
    Load: async (_input: unknown, ctx: HandlerContext) => {
      await once(ctx.signal, "abort");
      setImmediate(answered);
      return { file: { contentType: "text/plain", data: new Uint8Array(100_000) } };
    },
  });
  const leaving = new AbortController();
  const headers = { "accept-encoding": "gzip" };
  const call = fetch(`${slow.base}/files/1`, { signal: leaving.signal, headers });
  setTimeout(() => leaving.abort(), 20);
  await expect(call).rejects.toThrow();
  await late;
  expect((await fetch(`${slow.base}/nothing`)).status).toBe(404);
  slow.close();
});
