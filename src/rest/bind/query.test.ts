import { create } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { Violations } from "../codec/violation.ts";
import { AllDesc } from "../testing/all-types.ts";
import { defineSchema, field, getMessage, message } from "../testing/schema.ts";
import { bindQuery } from "./query.ts";

function bind(query: string, taken: string[] = [], desc = AllDesc, open = true) {
  const target = create(desc);
  const violations = new Violations();
  bindQuery(target as never, query, { desc, taken: new Set(taken), open }, violations);
  return { target, problems: violations.list.map((v) => `${v.field} ${v.description}`) };
}

describe("bindQuery takes", () => {
  const cases: [string, object][] = [
    ["one_string=a+b%2Bc%26", { oneString: "a b+c&" }],
    ["one_string=", { oneString: "" }],
    ["maybe_string", { maybeString: "" }],
    ["oneInt32=-5&one_uint32=4294967295", { oneInt32: -5, oneUint32: 4294967295 }],
    ["one_int64=-9223372036854775808", { oneInt64: -(2n ** 63n) }],
    ["one_uint64=18446744073709551615", { oneUint64: 2n ** 64n - 1n }],
    ["one_double=1e3&one_float=-Infinity", { oneDouble: 1000, oneFloat: -Infinity }],
    ["one_bool=1&maybe_bool=false", { oneBool: true, maybeBool: false }],
    [
      "one_bytes=-_-_&maybe_bytes=AQ",
      { oneBytes: Uint8Array.of(251, 255, 191), maybeBytes: Uint8Array.of(1) },
    ],
    [
      "color=dark_blue&colors=COLOR_RED&colors=3&colors=Unspecified",
      { color: -5, colors: [1, 3, 0] },
    ],
    ["color=17", { color: 17 }],
    ["many_int32=1&manyInt32=2", { manyInt32: [1, 2] }],
    [
      "wkt_timestamp=2026-01-02T03:04:05.5%2B01:00",
      { wktTimestamp: { seconds: 1767319445n, nanos: 500000000 } },
    ],
    ["wkt_duration=-1.5s", { wktDuration: { seconds: -1n, nanos: -500000000 } }],
    ["wkt_field_mask=aB,c_d.e", { wktFieldMask: { paths: ["a_b", "c_d.e"] } }],
    [
      "wkt_int32_value=0&wkts_string_value=a",
      { wktInt32Value: 0, wktsStringValue: [{ value: "a" }] },
    ],
    ["choice_string_value=x", { choice: { case: "choiceStringValue", value: { value: "x" } } }],
    [
      "self.self.one_int32=1&self.one_bool=true",
      { self: { oneBool: true, self: { oneInt32: 1 } } },
    ],
    ["&&", {}],
  ];
  test.each(cases)("%s", (query, expected) => {
    const { target, problems } = bind(query);
    expect(problems).toEqual([]);
    expect(target).toMatchObject(expected);
  });
});

describe("bindQuery refuses", () => {
  const cases: [string, string][] = [
    ["nothing=1", "nothing is not a parameter"],
    ["__proto__=1", "__proto__ is not a parameter"],
    ["one_int32.x=1", "one_int32.x is not a parameter"],
    ["wkt_timestamp.seconds=1", "wkt_timestamp.seconds is not a parameter"],
    ["one_int32=1&oneInt32=1", "one_int32 is given twice"],
    ["one_int32=", "one_int32 must be an integer"],
    ["one_int32=+5", "one_int32 must be an integer"],
    ["one_int32=05", "one_int32 must be an integer"],
    ["one_int32=5.0", "one_int32 must be an integer"],
    ["one_int32=0x10", "one_int32 must be an integer"],
    ["one_int32=2147483648", "one_int32 must be between"],
    ["one_uint64=-1", "one_uint64 must be between"],
    [`one_int64=${"9".repeat(5000)}`, "one_int64 must be between"],
    ["one_bool=yes", "one_bool must be true or false"],
    ["one_double=1_0", "one_double must be a number"],
    ["one_double=1e999", "one_double must be a number"],
    ["one_float=1e39", "one_float must be a number that fits"],
    ["one_bytes=a", "one_bytes must be base64"],
    ["color=", "color must be one of"],
    ["color=green", "color must be one of"],
    ["wkt_timestamp=2026-01-02", "wkt_timestamp must be an RFC 3339 time"],
    ["wkt_timestamp=2026-01-02T24:00:00Z", "wkt_timestamp must be an RFC 3339 time"],
    ["wkt_timestamp=0001-01-01T00:00:00%2B01:00", "wkt_timestamp must be between"],
    ["wkt_duration=315576000001s", "wkt_duration must be a duration of at most"],
    ["by_string=1", "by_string cannot be given as text"],
    ["self=1", "self cannot be given as text"],
    ["wkt_struct={}", "wkt_struct cannot be given as text"],
    ["choice_int32=1&choice_bool=true", "choice_bool excludes choice_int32: give one"],
    ["one_string=%zz", "one_string is not percent-encoded UTF-8"],
    ["%ff=1", "%ff=1 is not percent-encoded UTF-8"],
  ];
  test.each(cases)("%s", (query, problem) => {
    expect(bind(query).problems).toEqual([expect.stringContaining(problem)]);
  });

  test("what the path or the body fills, and all of it below a body of everything", () => {
    expect(bind("self.one_int32=1&one_bool=1", ["self", "one_bool"]).problems).toHaveLength(2);
    expect(bind("one_int32=1", [], AllDesc, false).problems).toEqual([
      "one_int32 is not a parameter here",
    ]);
  });

  test("closed enums take no unknown numbers", () => {
    const file = defineSchema({
      syntax: "proto2",
      enumType: [{ name: "Closed", value: [{ name: "CLOSED_A", number: 1 }] }],
      messageType: [message("M", [field("e", 1, Type.ENUM, "test.Closed")])],
    });
    expect(bind("e=2", [], getMessage(file, "M")).problems).toEqual(["e must be one of a"]);
    expect(bind("e=a", [], getMessage(file, "M")).target).toMatchObject({ e: 1 });
  });
});
