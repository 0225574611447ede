import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { HandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BodyService, openBodyService } from "../testing/body-service.ts";
import { listen } from "../testing/small-service.ts";

let service: BodyService;
let eager: BodyService;
const handlers = {
  EditAsSent: ({ id }: { id: string }, ctx: HandlerContext) => {
    if (id === "vary") ctx.responseHeader.set("vary", "origin");
    return { id: "x".repeat(Number(id) || 2000) };
  },
  Load: ({ id }: { id: string }) => ({
    file: { contentType: id.replace("_", "/"), data: new Uint8Array(2000) },
    tag: "1",
  }),
};
beforeAll(async () => {
  service = await openBodyService(handlers);
  eager = await openBodyService(handlers, { compressMinBytes: Number.POSITIVE_INFINITY });
});
afterAll(() => {
  service.close();
  eager.close();
});

/** Without fetch, which decompresses by itself and says what it accepts. */
async function call(
  path: string,
  acceptEncoding: string | undefined,
  { method = "GET", base = service.base, headers = {} } = {},
): Promise<{ response: IncomingMessage; body: Buffer }> {
  const accept = acceptEncoding === undefined ? {} : { "accept-encoding": acceptEncoding };
  const request = httpRequest(base + path, { method, headers: { ...accept, ...headers } });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { response, body: Buffer.concat(chunks) };
}

const patch = (size: number | string, accept: string | undefined, base = service.base) =>
  call(`/as-sent/${size}`, accept, { method: "PATCH", base });

describe("a large answer", () => {
  test.each([
    ["gzip", "gzip", gunzipSync],
    ["gzip, deflate, br", "br", brotliDecompressSync],
    ["br;q=0.1, gzip;q=0.2", "gzip", gunzipSync],
    ["*", "br", brotliDecompressSync],
  ])("is compressed for Accept-Encoding: %s", async (accept, coding, decompress) => {
    const { response, body } = await patch(2000, accept);
    expect(response.headers).toMatchObject({
      "content-type": "application/json",
      "content-encoding": coding,
      "content-length": String(body.length),
      vary: "Accept-Encoding",
    });
    expect(body.length).toBeLessThan(500);
    expect(JSON.parse(decompress(body).toString()).id).toBe("x".repeat(2000));
  });

  test("of more than a thread's worth is whole too", async () => {
    const { body } = await patch(300_000, "gzip");
    expect(JSON.parse(gunzipSync(body).toString()).id).toHaveLength(300_000);
  });

  test.each([undefined, "identity", "deflate", "gzip;q=0", "identity, gzip;q=0.5"])(
    "goes out as it is, and says that it varies: %s",
    async (accept) => {
      const { response, body } = await patch(2000, accept);
      expect(response.headers["content-encoding"]).toBeUndefined();
      expect(response.headers.vary).toBe("Accept-Encoding");
      expect(JSON.parse(body.toString()).id).toHaveLength(2000);
    },
  );

  test("keeps what the handler said of Vary", async () => {
    expect((await patch("vary", "gzip")).response.headers.vary).toBe("origin, Accept-Encoding");
  });
});

describe("a small answer", () => {
  test("goes out as it is", async () => {
    const { response } = await patch(500, "gzip, br");
    expect(response.headers["content-encoding"]).toBeUndefined();
    expect(response.headers.vary).toBeUndefined();
  });

  test("is compressed for those who take nothing else", async () => {
    const { response, body } = await patch(10, "gzip, identity;q=0");
    expect(response.headers["content-encoding"]).toBe("gzip");
    expect(JSON.parse(gunzipSync(body).toString()).id).toBe("xxxxxxxxxx");
  });

  test("is what every answer is where compressing is off", async () => {
    const { response } = await patch(100_000, "gzip", eager.base);
    expect(response.headers["content-encoding"]).toBeUndefined();
    const { response: forced } = await patch(100_000, "gzip, *;q=0", eager.base);
    expect(forced.headers["content-encoding"]).toBe("gzip");
  });
});

test("who takes no coding and not none gets 406, and no method is run", async () => {
  service.inputs.length = 0;
  for (const accept of ["identity;q=0", "*;q=0", "deflate, identity;q=0"]) {
    const { response, body } = await patch(10, accept);
    expect([response.statusCode, body.toString()]).toEqual([
      406,
      expect.stringContaining("br or gzip or identity"),
    ]);
  }
  expect((await call("/download/1", "gzip, identity;q=0")).response.statusCode).toBe(406);
  expect(service.inputs).toHaveLength(0);
});

describe("a raw answer", () => {
  test("is compressed if its type shrinks", async () => {
    const text = await call("/files/text_csv", "gzip");
    expect(text.response.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(text.body)).toHaveLength(2000);
    const png = await call("/files/image_png", "gzip");
    expect(png.response.headers["content-encoding"]).toBeUndefined();
    expect(png.response.headers.vary).toBeUndefined();
    expect(png.body).toHaveLength(2000);
  });

  test("keeps its strong tag, and answers to it", async () => {
    const { response } = await call("/files/text_csv", "gzip");
    expect(response.headers.etag).toBe('"1"');
    const headers = { "if-none-match": '"1"' };
    const same = await call("/files/text_csv", "gzip", { headers });
    expect([same.response.statusCode, same.response.headers.vary]).toEqual([
      304,
      "Accept-Encoding",
    ]);
  });

  test("HEAD says of it what GET does", async () => {
    const got = await call("/files/text_csv", "gzip");
    const { response, body } = await call("/files/text_csv", "gzip", { method: "HEAD" });
    expect(body).toHaveLength(0);
    for (const name of ["content-encoding", "content-length", "vary", "etag"]) {
      expect(response.headers[name]).toBe(got.response.headers[name]);
    }
  });
});

test("HTTP/2 answers alike", async () => {
  const http2 = createHttp2((request, response) =>
    service.server.emit("request", request, response),
  );
  const session = connectHttp2(`http://127.0.0.1:${await listen(http2)}`);
  const stream = session.request({ ":path": "/files/text_csv", "accept-encoding": "br" });
  const [head] = await once(stream, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(head).toMatchObject({ "content-encoding": "br", vary: "Accept-Encoding" });
  expect(brotliDecompressSync(Buffer.concat(chunks))).toHaveLength(2000);
  session.close();
  http2.close();
});
