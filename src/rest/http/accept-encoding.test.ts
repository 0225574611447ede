import { expect, test } from "vitest";
import { acceptedCodings } from "./accept-encoding.ts";

test.each([
  [undefined, undefined, true],
  ["", undefined, true],
  ["gzip", "gzip", true],
  ["GZIP", "gzip", true],
  ["x-gzip", "gzip", true],
  ["gzip, deflate, br", "br", true],
  ["gzip, br;q=0.9", "gzip", true],
  ["br;q=0, gzip;q=0.001", "gzip", true],
  ["deflate, zstd", undefined, true],
  ["*", "br", true],
  ["*;q=0.5, gzip", "gzip", true],
  ["br;q=0, *", "gzip", true],
  ["identity", undefined, true],
  ["identity, gzip;q=0.5", undefined, true],
  ["identity;q=0.5, gzip;q=0.5", "gzip", true],
  ["identity;q=0, gzip", "gzip", false],
  ["identity;q=0", undefined, false],
  ["*;q=0", undefined, false],
  ["identity, *;q=0", undefined, true],
  ["gzip, *;q=0", "gzip", false],
  ["gzip;q=oops", "gzip", true],
  ["gzip;q=1.5", "gzip", true],
  [" , ;q=0", undefined, true],
])("Accept-Encoding: %s", (header, coding, plain) => {
  expect(acceptedCodings(header)).toEqual({ coding, plain });
});

test("what many callers send does not stay in memory", () => {
  for (let i = 0; i < 1000; i++) acceptedCodings(`gzip;q=0.${i}`);
  expect(acceptedCodings("br").coding).toBe("br");
});
