import { ScalarType } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";
import { parseFieldMask } from "./field-mask.ts";
import { textParser } from "./scalar-text.ts";
import { parseTimestamp } from "./timestamp.ts";
import { Invalid } from "./violation.ts";

const NO_INTEGERS = [
  "",
  " 1",
  "1 ",
  "+1",
  "01",
  "-01",
  "1.0",
  "1e2",
  "0x1",
  "1_0",
  "١",
  "NaN",
  "-",
];
const NO_NUMBERS = ["", " 1", "+1", "01", ".5", "5.", "0x1", "1e", "inf", "nan", "1,5", "1e999"];

const integers: [ScalarType[], min: string, max: string, below: string, above: string][] = [
  [
    [ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32],
    ...(["-2147483648", "2147483647", "-2147483649", "2147483648"] as const),
  ],
  [[ScalarType.UINT32, ScalarType.FIXED32], "0", "4294967295", "-1", "4294967296"],
  [
    [ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64],
    ...(["-9223372036854775808", "9223372036854775807"] as const),
    ...(["-9223372036854775809", "9223372036854775808"] as const),
  ],
  [
    [ScalarType.UINT64, ScalarType.FIXED64],
    ...(["0", "18446744073709551615", "-1", "18446744073709551616"] as const),
  ],
];
const eachInteger = integers.flatMap(([types, ...limits]) =>
  types.map((type) => [ScalarType[type], type, limits] as const),
);

test.each(eachInteger)("%s is digits in its range", (_name, type, [min, max, below, above]) => {
  const parse = textParser(type, false);
  expect([min, max, "-0"].map((text) => String(parse(text)))).toEqual([min, max, "0"]);
  for (const text of [below, above, "9".repeat(100), ...NO_INTEGERS]) {
    expect(parse(text), text).toBeInstanceOf(Invalid);
  }
});

test("64-bit integers are strings where the schema says so", () => {
  expect(textParser(ScalarType.INT64, true)("-5")).toBe("-5");
  expect(textParser(ScalarType.INT64, false)("-5")).toBe(-5n);
});

test.each([
  [ScalarType.DOUBLE, "1.7976931348623157e308", "1e309"],
  [ScalarType.FLOAT, "3.4028235e38", "3.5e38"],
])("%s is a JSON number in its range, or one of three words", (type, max, above) => {
  const parse = textParser(type, false);
  expect(["-1.5", "1E+2", "0", max].map(parse)).toEqual([-1.5, 100, 0, Number(max)]);
  expect(["NaN", "Infinity", "-Infinity"].map(parse)).toEqual([Number.NaN, Infinity, -Infinity]);
  for (const text of [above, ...NO_NUMBERS]) expect(parse(text), text).toBeInstanceOf(Invalid);
});

test("bool is true, false, 1 or 0", () => {
  const parse = textParser(ScalarType.BOOL, false);
  expect(["true", "1", "false", "0"].map(parse)).toEqual([true, true, false, false]);
  for (const text of ["", "TRUE", "t", "yes", "2"]) expect(parse(text)).toBeInstanceOf(Invalid);
});

test("bytes are base64 of either alphabet, padded or not", () => {
  const parse = textParser(ScalarType.BYTES, false);
  const all = ["+/8=", "-_8=", "+/8", "-_8"].map(parse);
  expect(all).toEqual(Array(4).fill(Uint8Array.of(251, 255)));
  for (const text of ["A", "AAAAA", "A===", "AA A", "A*==", "AA==AA", "Ä"]) {
    expect(parse(text), text).toBeInstanceOf(Invalid);
  }
});

test("a string is any text that has a UTF-8 form", () => {
  const parse = textParser(ScalarType.STRING, false);
  expect(["", "a b", "😀", "\u0000"].map(parse)).toEqual(["", "a b", "😀", "\u0000"]);
  expect(parse("\ud83d")).toBeInstanceOf(Invalid);
});

test.each([
  ["1970-01-01T00:00:00Z", 0n, 0],
  ["1969-12-31T23:59:59.5Z", -1n, 500_000_000],
  ["2024-02-29T12:00:00.000000001-02:30", 1709217000n, 1],
  ["0001-01-01T00:00:00Z", -62135596800n, 0],
  ["9999-12-31T23:59:59.999999999Z", 253402300799n, 999_999_999],
])("the time %s", (text, seconds, nanos) => {
  expect(parseTimestamp(text)).toEqual({ seconds, nanos });
});

test.each([
  ...["", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z"],
  ...["2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z"],
  ...["2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00Z", "2026-01-01"],
  ...["2026-01-01t00:00:00Z", "2026-01-01T00:00:00z", "2026-01-01T00:00:00.Z"],
  ...["2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+24:00"],
  ...["0000-12-31T23:59:59Z", "9999-12-31T23:59:59-00:01", "12026-01-01T00:00:00Z", "1767225600"],
])("no time: %s", (text) => expect(parseTimestamp(text)).toBeInstanceOf(Invalid));

test.each([
  ["0s", 0n, 0],
  ["1.5s", 1n, 500_000_000],
  ["-0.000000001s", 0n, -1],
  ["-3.25s", -3n, -250_000_000],
  ["315576000000.999999999s", 315576000000n, 999_999_999],
])("the duration %s", (text, seconds, nanos) => {
  expect(parseDuration(text)).toEqual({ seconds, nanos });
});

test.each(["", "1", "s", "1m", "13h0m0s", "+1s", ".5s", "1.s", "1s ", "1e3s", "315576000001s"])(
  "no duration: %s",
  (text) => expect(parseDuration(text)).toBeInstanceOf(Invalid),
);

test.each([
  ["", []],
  ["a", ["a"]],
  ["a_b,aB.cD,x.y_z", ["a_b", "a_b.c_d", "x.y_z"]],
  ["*", ["*"]],
  ["a.*.b", ["a.*.b"]],
])("the field mask %s", (text, paths) => expect(parseFieldMask(text)).toEqual(paths));

test.each([",", "a,", "a b", "a..b", ".a", "a.", "1a", "a*", "**", "a-b"])(
  "no field mask: %s",
  (text) => expect(parseFieldMask(text)).toBeInstanceOf(Invalid),
);
