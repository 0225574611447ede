import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import { connect as connectSocket } from "node:net";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BodyService, openBodyService } from "../testing/body-service.ts";
import { eventually, listen } from "../testing/small-service.ts";

const text = (value: string) => new TextEncoder().encode(value);
const chunk = (value: string, contentType = "") => ({ contentType, data: text(value) });
const MEGABYTE = new Uint8Array(1024 * 1024).fill(1);

let produced = 0;
let stopped = 0;

async function* download({ id }: { id: string }, ctx: HandlerContext) {
  ctx.responseHeader.set("content-disposition", "attachment");
  if (id === "denied") throw new ConnectError("no", Code.PermissionDenied);
  if (id === "empty") return;
  try {
    yield chunk("one ", "text/csv; charset=utf-8");
    yield chunk("", "image/png");
    if (id === "fails") throw new ConnectError("gone", Code.DataLoss);
    if (id === "flood") {
      for (; !ctx.signal.aborted; produced++) yield { contentType: "", data: MEGABYTE };
    }
    if (id === "waits") await once(ctx.signal, "abort");
    yield chunk("two");
  } finally {
    stopped++;
  }
}

let service: BodyService;
beforeAll(async () => {
  service = await openBodyService(
    {
      Download: download,
      DownloadFile: async function* (_input: unknown) {
        yield { file: chunk("a", "text/x") };
        yield {};
        yield { file: chunk("b") };
      },
    },
    { readerTimeoutMs: 300, compressMinBytes: 0 },
  );
});
afterAll(() => service.close());

const get = (path: string, init?: RequestInit) => fetch(`${service.base}/download/${path}`, init);

describe("a stream of google.api.HttpBody", () => {
  test("is one download of the type that its first message names", async () => {
    const response = await get("all", {
      headers: { accept: "image/png", "accept-encoding": "gzip" },
    });
    expect([response.status, await response.text()]).toEqual([200, "one two"]);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe("attachment");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("may be a field of its messages", async () => {
    const response = await get("7/file");
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["text/x", "ab"]);
  });

  test("may be empty", async () => {
    const response = await get("empty");
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
  });

  test("fails with its status before the first message", async () => {
    expect((await get("denied")).status).toBe(403);
  });

  test("breaks off when it fails later, and does not look whole", async () => {
    const response = await get("fails");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    const socket = connectSocket(service.port, "127.0.0.1");
    socket.on("error", () => {}); // a reset is one way to break off
    socket.write("GET /download/fails HTTP/1.1\r\nHost: h\r\n\r\n");
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    await once(socket, "close");
    expect(answer).toContain("one ");
    expect(answer).not.toContain("0\r\n\r\n");
  });

  test("breaks off on HTTP/2 too", async () => {
    const http2 = createHttp2((request, response) =>
      service.server.emit("request", request, response),
    );
    const session = connectHttp2(`http://127.0.0.1:${await listen(http2)}`);
    const stream = session.request({ ":path": "/download/fails" });
    stream.on("error", () => {}).resume();
    await once(stream, "close").catch(() => {});
    expect(stream.rstCode).toBe(2); // INTERNAL_ERROR
    session.close();
    http2.close();
  });

  test("HEAD stops the handler", async () => {
    const before = stopped;
    const response = await get("waits", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    await eventually(() => stopped > before);
  });

  test("a client who leaves stops the handler", async () => {
    const before = stopped;
    const leaving = new AbortController();
    const response = await get("waits", { signal: leaving.signal });
    leaving.abort();
    await expect(response.text()).rejects.toThrow();
    await eventually(() => stopped > before);
  });

  test("a reader who takes nothing holds little, and not for ever", async () => {
    const before = stopped;
    produced = 0;
    const socket = connectSocket(service.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write("GET /download/flood HTTP/1.1\r\nHost: h\r\n\r\n");
    await eventually(() => stopped > before);
    expect(produced).toBeLessThan(20);
    socket.destroy();
  });
});
