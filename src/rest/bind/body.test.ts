import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BodyService, openBodyService } from "../testing/body-service.ts";

let service: BodyService;
let lenient: BodyService;
beforeAll(async () => {
  service = await openBodyService({}, { readMaxBytes: 1000 });
  lenient = await openBodyService({}, { ignoreUnknownFields: true, ignoreUnknownParameters: true });
});
afterAll(() => {
  service.close();
  lenient.close();
});
beforeEach(() => {
  service.inputs.length = 0;
  lenient.inputs.length = 0;
});

const JSON_TYPE = { "content-type": "application/json" };

async function send(
  path: string,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string> = JSON_TYPE,
  method = "POST",
) {
  // A stream of bytes, since fetch gives strings a type of their own.
  const init = body === undefined ? {} : { body: Buffer.from(body) };
  const response = await fetch(service.base + path, { method, headers, ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

describe("google.api.HttpBody takes", () => {
  test.each([
    "image/png",
    "application/json",
    "multipart/mixed; boundary=x",
    "text/plain; charset=latin1",
  ])("%s as it is", async (type) => {
    const data = Uint8Array.of(0, 255, 123);
    const { status } = await send("/files/7", data, { "content-type": type });
    expect([status, service.input]).toMatchObject([
      200,
      { id: "7", file: { contentType: type, data } },
    ]);
  });

  test("the whole request", async () => {
    const { status, text } = await send("/convert", "a b", { "content-type": "text/x" });
    expect([status, text]).toEqual([200, "a b"]);
    expect(service.input).toMatchObject({ contentType: "text/x" });
  });

  test("bytes of no type, and a type without bytes", async () => {
    await send("/files/7", "x", {});
    expect(service.input.file).toMatchObject({ contentType: "", data: Uint8Array.of(120) });
    await send("/files/7", undefined, { "content-type": "text/x" });
    expect(service.input.file).toMatchObject({ contentType: "text/x", data: new Uint8Array() });
  });

  test("nothing, for no body", async () => {
    expect((await send("/files/7", undefined, {})).status).toBe(200);
    expect(service.input.file).toBeUndefined();
  });

  test("what query and path fill beside it, and not the fields of it", async () => {
    expect((await send("/files/7?tag=t", "x", {})).status).toBe(200);
    expect(service.input).toMatchObject({ id: "7", tag: "t" });
    expect((await send("/files/7?file.content_type=t", "x", {})).status).toBe(400);
    expect((await send("/convert?content_type=t", "x", {})).status).toBe(400);
  });

  test("no more than the limit", async () => {
    expect((await send("/files/7", "x".repeat(1000), {})).status).toBe(200);
    expect((await send("/files/7", "x".repeat(1001), {})).status).toBe(413);
  });
});

describe("a compressed body", () => {
  const json = '{"count":3}';
  test.each([
    ["gzip", gzipSync(json)],
    ["x-gzip", gzipSync(json)],
    ["br", brotliCompressSync(json)],
    ["identity", Buffer.from(json)],
  ])("is read: %s", async (coding, body) => {
    const { status } = await send("/notes", body, { ...JSON_TYPE, "content-encoding": coding });
    expect([status, service.input]).toMatchObject([200, { count: 3 }]);
  });

  test("is what a raw field gets without its coding", async () => {
    await send("/files/7", gzipSync("abc"), { "content-encoding": "gzip" });
    expect(service.input.file).toMatchObject({ data: Uint8Array.of(97, 98, 99) });
  });

  test.each([
    ["deflate", deflateSync(json)],
    ["zstd", Buffer.from(json)],
    ["gzip, gzip", gzipSync(gzipSync(json))],
  ])("is refused: %s", async (coding, body) => {
    const { status, headers } = await send("/notes", body, {
      ...JSON_TYPE,
      "content-encoding": coding,
    });
    expect([status, headers.get("accept-encoding")]).toEqual([415, "br, gzip"]);
  });

  test("has the limit of what comes out of it", async () => {
    const bomb = gzipSync(`{"id":"${"x".repeat(1000)}"}`);
    expect(bomb.length).toBeLessThan(100);
    const { status } = await send("/notes", bomb, { ...JSON_TYPE, "content-encoding": "gzip" });
    expect([status, service.inputs.length]).toEqual([413, 0]);
  });

  test("that is none is 400", async () => {
    for (const body of [Buffer.from(json), gzipSync(json).subarray(0, -3)]) {
      const { status, text } = await send("/notes", body, {
        ...JSON_TYPE,
        "content-encoding": "gzip",
      });
      expect([status, text]).toEqual([400, expect.stringContaining("not valid gzip")]);
    }
  });
});

describe("a type nobody reads", () => {
  test.each([
    ["POST", "/notes", "accept-post", /^application\/json, .*form-urlencoded, multipart/],
    ["PATCH", "/all/7", "accept-patch", /^application\/json, .*form-urlencoded, multipart/],
    ["POST", "/notes/7/count", "accept-post", /^application\/json$/],
    ["POST", "/attach/7/data", "accept-post", /^application\/json, multipart\/form-data$/],
  ])("is 415 and says what is read: %s %s", async (method, path, header, types) => {
    const { status, headers } = await send(path, "x", { "content-type": "text/plain" }, method);
    expect([status, headers.get(header)]).toEqual([415, expect.stringMatching(types)]);
  });

  test("is refused before it comes", async () => {
    const request = httpRequest(`${service.base}/notes`, {
      method: "POST",
      headers: { "content-type": "text/plain", "content-length": 500 },
    });
    request.on("error", () => {});
    request.flushHeaders();
    const [response] = await once(request, "response");
    expect(response.statusCode).toBe(415);
    request.destroy();
  });
});

describe("a body", () => {
  test("where the rule has none is 400, unless it is empty", async () => {
    const get = (body: string) => {
      const request = httpRequest(`${service.base}/files/7`, {
        method: "GET",
        headers: { "transfer-encoding": "chunked" },
      });
      request.end(body);
      return once(request, "response").then(([response]) => response.resume().statusCode);
    };
    expect(await get("x")).toBe(400);
    expect(await get("")).toBe(200);
  });

  test("that is one scalar is bare JSON", async () => {
    expect((await send("/notes/7/count", "5")).status).toBe(200);
    expect(service.input).toMatchObject({ id: "7", count: 5 });
    const { status, text } = await send("/notes/7/count", '"x"');
    expect([status, text]).toEqual([400, expect.stringContaining("count must be an integer")]);
  });

  test("that is a list is a bare array", async () => {
    const files = [{ filename: "a", data: "AQ==" }, { content_type: "t" }];
    expect((await send("/attach/7/files", JSON.stringify(files))).status).toBe(200);
    expect(service.input.files).toMatchObject([
      { filename: "a", data: Uint8Array.of(1) },
      { contentType: "t" },
    ]);
  });

  test("that is empty sets nothing", async () => {
    expect((await send("/notes/7/note", "")).status).toBe(200);
    expect(service.input.note).toBeUndefined();
    expect((await send("/notes/7/note", "  ")).status).toBe(400);
  });

  test("may nest 100 levels, in every form", async () => {
    const deep = (levels: number) => `${'{"note":'.repeat(levels)}{}${"}".repeat(levels)}`;
    expect((await send("/notes", deep(90))).status).toBe(200);
    const { status, text } = await send("/notes", deep(105));
    expect([status, text]).toEqual([400, expect.stringContaining("nested too deeply")]);
  });

  test("of unknown fields is 400 with all their names, or they are passed over", async () => {
    const body = '{"what":1,"note":{"title":"t","x":{}},"notes":[{"y":1}]}';
    const { status, text } = await send("/notes", body);
    expect([status, JSON.parse(text).details[0].field_violations]).toMatchObject([
      400,
      [{ field: "what" }, { field: "note.x" }, { field: "notes[0].y" }],
    ]);
    const ignored = await fetch(`${lenient.base}/notes`, {
      method: "POST",
      body,
      headers: JSON_TYPE,
    });
    expect([ignored.status, lenient.input]).toMatchObject([
      200,
      { note: { title: "t" }, notes: [{}] },
    ]);
  });

  test("where unknown fields are passed over is checked in all others", async () => {
    const response = await fetch(`${lenient.base}/notes`, {
      method: "POST",
      body: '{"what":1,"count":"x"}',
      headers: JSON_TYPE,
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { message: "count must be an integer" },
    ]);
  });
});

test("unknown parameters are 400 by name, or passed over; known ones are checked", async () => {
  const strict = await fetch(`${service.base}/files/7?what=1&x.y=2`);
  expect([strict.status, await strict.json()]).toMatchObject([
    400,
    { message: "what is not a parameter here; x.y is not a parameter here" },
  ]);
  const ignored = await fetch(`${lenient.base}/files/7?what=1&x.y=2&tag=t&id=8`);
  expect([ignored.status, lenient.input]).toMatchObject([200, { id: "7", tag: "t" }]);
  expect((await fetch(`${lenient.base}/files/7?tag=1&tag=2`)).status).toBe(400);
});
