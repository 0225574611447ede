import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CODINGS, compress, decompress, parseCoding } from "./content-coding.ts";

test.each([
  [undefined, "identity"],
  ["", "identity"],
  ["Identity", "identity"],
  ["gzip", "gzip"],
  [" X-GZIP ", "gzip"],
  ["br", "br"],
  ["deflate", undefined],
  ["zstd", undefined],
  ["gzip, gzip", undefined],
])("Content-Encoding: %s", (header, expected) => {
  expect(parseCoding(header)).toBe(expected);
});

describe.each(CODINGS)("%s", (coding) => {
  test.each([0, 1, 1000, 100_000])("undoes itself: %d bytes", async (size) => {
    const body = Buffer.alloc(size, "abc");
    const small = await compress(body, coding);
    if (size > 100) expect(small.length).toBeLessThan(size / 5);
    expect(await decompress(small, coding, size)).toEqual(body);
  });

  test("has a limit of its own size", async () => {
    const body = await compress(Buffer.alloc(1001), coding);
    expect(await decompress(body, coding, 1001)).toHaveLength(1001);
    expect(await decompress(body, coding, 1000)).toBe("too_large");
    expect(await decompress(body, coding, 0)).toBe("too_large");
  });

  test("tells what it is not", async () => {
    const body = await compress(Buffer.alloc(1000, "abc"), coding);
    expect(await decompress(Buffer.from("nothing of it"), coding, 1000)).toBe("malformed");
    expect(await decompress(body.subarray(0, -1), coding, 1000)).toBe("malformed");
  });
});

test.each([
  ["gzip", gzipSync(Buffer.alloc(64 * 1024 * 1024))],
  [
    "br",
    brotliCompressSync(Buffer.alloc(64 * 1024 * 1024), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
    }),
  ],
] as const)("a bomb of %s is not blown up", async (coding, bomb) => {
  const before = process.memoryUsage().arrayBuffers;
  expect(bomb.length).toBeLessThan(100_000);
  const result = await decompress(bomb, coding, 1024 * 1024);
  expect(typeof result === "string" ? result : result.length).toBe("too_large");
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
});
