import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";

// JSON documents for a message type, with values that fit and values that nearly do.
// What docs/rest.md lists as read otherwise than by protobuf-es is not among them.

const NEVER = [true, false, {}, [], [[]], { a: 1 }];

const int32 = [
  ...[0, -0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32 - 1, 2 ** 32],
  ...[1.5, 1e2, 1e300, Number.POSITIVE_INFINITY, "", " 1", "1 ", "abc", "1", "-1", "-0", "1e2"],
  ...["1.0", "1.5e1", "1.5", "1e-1", "4294967295", "4294967296", "9".repeat(30), "NaN"],
];
const int64 = [
  ...[0, -0, 1, -1, 2 ** 53, -(2 ** 53), 1.5, 1e2, "abc", "", "1", "-1", "0", "1.5", "1e-1"],
  ...["9223372036854775807", "9223372036854775808", "-9223372036854775808", "Infinity"],
  ...["-9223372036854775809", "18446744073709551615", "18446744073709551616", "9".repeat(40)],
];
const double = [
  ...[0, -0, 1.5, -1e-300, 1e38, 3.4028235e38, 3.5e38, 1e308, 1e-320, 2 ** 60, "", " 1", "abc"],
  ...[Number.POSITIVE_INFINITY, "NaN", "Infinity", "-Infinity", "infinity", "1", "-1.5", "1e5"],
  ...["1e39", "1e999", "-1e999"],
];
const bytes = [
  "",
  "AAAA",
  "AAA",
  "AAA=",
  "AA",
  "AA==",
  "-_-_",
  "+/+/",
  "+_-/",
  "A",
  "A*",
  "ÄÄÄÄ",
  1,
];
const text = ["", "a", "\ud800", "\udfff!", "😀", "\u0000", "__proto__", "x".repeat(60), '"\\', 1];

function scalarJson(scalar: ScalarType): fc.Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.STRING:
      return fc.constantFrom(...text, ...NEVER);
    case ScalarType.BYTES:
      return fc.constantFrom(...bytes, ...NEVER);
    case ScalarType.BOOL:
      return fc.constantFrom(true, false, "true", "false", 0, 1, [], {});
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return fc.constantFrom(...double, ...NEVER);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.constantFrom(...int64, ...NEVER);
    default:
      return fc.constantFrom(...int32, ...NEVER);
  }
}

function enumJson(desc: DescEnum): fc.Arbitrary<unknown> {
  if (desc.typeName === "google.protobuf.NullValue") {
    return fc.constantFrom(null, "NULL_VALUE", 0, 1.5, "x", true);
  }
  const names = desc.values.map(({ name }) => name);
  const numbers = desc.values.map(({ number }) => number);
  const wrong = [1.5, 77, 2 ** 31, -(2 ** 31), "zz", "", ...NEVER];
  return fc.constantFrom<unknown>(...names, ...numbers, ...wrong);
}

const times = [
  ...["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789+05:30", "0001-01-01T00:00:00Z"],
  ...["9999-12-31T23:59:59.999Z", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "-1"],
  ...["9999-12-31T23:59:59-00:01", "2026-01-02t03:04:05z", "2026-01-02 03:04:05Z", "2026-01-02"],
  ...["2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-02T25:00:00Z", "", "x", 5],
  ...["2026-01-02T03:04:60Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1234567890Z"],
  ...["2024-02-29T00:00:00Z", "2026-01-02T03:04:05+0530", "2026-01-02T03:04:05+24:00"],
];
const durations = [
  ...["1s", "-1.5s", "0s", "-0.5s", "315576000000s", "-315576000000s", "315576000000.999s", "1"],
  ...["315576000001s", "-315576000001s", "1.1234567891s", ".5s", "1.s", "+1s", "s", "", "1ms"],
  ...["00001s", "1.000000001s", "99999999999999999999s", 5],
];
const masks = ["", "a", "aB,c", "aB.cD", "user.displayName,photo", 1];
const free = fc.jsonValue({ maxDepth: 3 });
const object = fc.dictionary(fc.string({ maxLength: 4 }), free, { maxKeys: 3 });

/** The JSON of a message; `inAny` are the types that a google.protobuf.Any may hold. */
export function arbitraryJson(
  desc: DescMessage,
  depth: number,
  inAny: readonly DescMessage[],
): fc.Arbitrary<unknown> {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return fc.constantFrom<unknown>(...times, ...NEVER);
    case "google.protobuf.Duration":
      return fc.constantFrom<unknown>(...durations, ...NEVER);
    case "google.protobuf.FieldMask":
      return fc.constantFrom<unknown>(...masks, ...NEVER);
    case "google.protobuf.Struct":
      return fc.oneof(object, fc.constantFrom(1, "a", [], true));
    case "google.protobuf.Value":
      return free;
    case "google.protobuf.ListValue":
      return fc.oneof(fc.array(free, { maxLength: 3 }), fc.constantFrom(1, "a", {}, true));
    case "google.protobuf.Any":
      return anyJson(depth, inAny);
    default:
      if (isWrapperDesc(desc)) return scalarJson(desc.fields[0]!.scalar!);
      return depth < 0 ? fc.constant({}) : objectJson(desc, depth, inAny);
  }
}

function anyJson(depth: number, inAny: readonly DescMessage[]): fc.Arbitrary<unknown> {
  const known = depth < 0 ? [] : inAny.map((desc) => packedJson(desc, depth, inAny));
  const broken = [{}, [], 1, null, { "@type": 1 }, { "@type": "" }, { "@type": "x/" }, { a: 1 }];
  const unknown = { "@type": "type.googleapis.com/test.Nothing", value: 1 };
  return fc.oneof(fc.constantFrom<unknown>(...broken, unknown), ...known);
}

function packedJson(desc: DescMessage, depth: number, inAny: readonly DescMessage[]) {
  const type = fc
    .constantFrom("type.googleapis.com/", "example.com/types/", "")
    .map((prefix) => `${prefix}${desc.typeName}`);
  const wrapped = desc.typeName.startsWith("google.protobuf.");
  return fc.tuple(type, arbitraryJson(desc, depth - 1, inAny)).map(([url, content]) => {
    if (wrapped) return { "@type": url, value: content };
    return Object.fromEntries([["@type", url], ...Object.entries(content as object)]);
  });
}

function objectJson(desc: DescMessage, depth: number, inAny: readonly DescMessage[]) {
  const members = desc.fields.map((field) => {
    const value = fieldJson(field, depth, inAny);
    const key = fc.constantFrom(field.name, field.jsonName);
    return fc.option(fc.tuple(key, value), { nil: undefined, freq: 2 });
  });
  const stray = fc.option(
    fc.tuple(fc.constantFrom("nothing", "__proto__", "constructor", ""), fc.constantFrom(1, null)),
    { nil: undefined, freq: 1 },
  );
  // A document that is wrong in one place is seldom; one that is right everywhere more so.
  const strays = fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: stray },
  );
  return fc
    .tuple(strays, ...members)
    .map((entries) => Object.fromEntries(entries.filter((entry) => entry !== undefined)));
}

function fieldJson(field: DescField, depth: number, inAny: readonly DescMessage[]) {
  const value = elementJson(field, depth - 1, inAny);
  if (field.fieldKind === "list") return orNull(fc.array(value, { maxLength: 2 }));
  if (field.fieldKind === "map") {
    const entries = fc.array(fc.tuple(keyJson(field.mapKey), value), { maxLength: 2 });
    return orNull(entries.map(Object.fromEntries));
  }
  // null for a message or an enum of a oneof counts as a member only there.
  return field.oneof !== undefined && field.scalar === undefined ? value : orNull(value);
}

function orNull(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });
}

function elementJson(
  field: DescField,
  depth: number,
  inAny: readonly DescMessage[],
): fc.Arbitrary<unknown> {
  if (field.enum !== undefined) return enumJson(field.enum);
  if (field.message !== undefined) return arbitraryJson(field.message, depth, inAny);
  return scalarJson(field.scalar!);
}

function keyJson(scalar: ScalarType): fc.Arbitrary<string> {
  if (scalar === ScalarType.BOOL) return fc.constantFrom("true", "false", "1", "True", "");
  if (scalar === ScalarType.STRING) {
    return fc.constantFrom("", "a", "__proto__", "constructor", "toString", "\ud800", "1");
  }
  return fc.constantFrom("0", "1", "-1", "2147483647", "2147483648", "x", "", "1.5", "__proto__");
}
