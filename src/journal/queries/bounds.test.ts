import { expect, it } from "vitest";
import { boundedInteger, boundedTime } from "./bounds.ts";

it("moves numbers into what an integer holds", () => {
  const values = [-1, 0, 7, 7.9, 2 ** 31 - 1, 2 ** 31, Number.MAX_VALUE, Number.POSITIVE_INFINITY];
  const most = 2 ** 31 - 1;
  expect(values.map(boundedInteger)).toEqual([0, 0, 7, 7, most, most, most, most]);
});

it("moves times into the years 1 to 9999", () => {
  expect(boundedTime(new Date(-8.64e15))).toBe("0001-01-01T00:00:00.000Z");
  expect(boundedTime(new Date("2026-01-01"))).toBe("2026-01-01T00:00:00.000Z");
  expect(boundedTime(new Date(8.64e15))).toBe("9999-12-31T23:59:59.999Z");
});
