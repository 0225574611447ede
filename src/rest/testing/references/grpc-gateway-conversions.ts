import { choice, grpcGateway, REFUSED, type ReferenceCase } from "./reference-case.ts";
import { parameter, type ValuedGroup } from "./valued-case.ts";

const quotes = choice("quotes around a value")(REFUSED);
const list = choice("lists in one value");

function conversion(
  test: string,
  message: string,
  name: string,
  cases: readonly ReferenceCase[],
): ValuedGroup {
  return {
    source: grpcGateway("runtime/convert_test.go", test),
    message,
    cases: cases.map(([text, ...outcome]): ReferenceCase => [parameter(name, text), ...outcome]),
  };
}

const time = '{"timestampValue":"2016-05-10T10:19:13.123Z"}';
const duration = '{"durationValue":"123.456s"}';

/** Lists of path variables, with `,` as the separator unless the text has `|`. */
function slices(test: string, name: string, cases: readonly (readonly [string, string?])[]) {
  return conversion(
    test,
    "Lists",
    name,
    cases.map(([text, json]): ReferenceCase => {
      if (json === undefined) return [text, REFUSED];
      const outcome = `{"${name}":${json}}`;
      return /[,|]/.test(text) ? [text, outcome, list(REFUSED)] : [text, outcome];
    }),
  );
}

/** A query, and the message it makes, as standard JSON without what is unset. */
export const grpcGatewayConversions: readonly ValuedGroup[] = [
  conversion("TestConvertTimestamp", "Proto3Message", "timestamp_value", [
    ['"2016-05-10T10:19:13.123Z"', time, quotes],
    ["2016-05-10T10:19:13.123Z", time],
    ['"05-10-2016T10:19:13.123Z"', REFUSED],
    ["123", REFUSED],
    ["true", REFUSED],
  ]),
  conversion("TestConvertDuration", "Proto3Message", "duration_value", [
    ['"123.456s"', duration, quotes],
    ["123.456s", duration],
    ['"123years"', REFUSED],
    ["123", REFUSED],
    ["true", REFUSED],
  ]),
  conversion("TestConvertStringSlice", "Lists", "strings", [
    ["a,b,c", '{"strings":["a","b","c"]}', list('{"strings":["a,b,c"]}')],
    ["a", '{"strings":["a"]}'],
    ["a|b", '{"strings":["a","b"]}', list('{"strings":["a|b"]}')],
    ["", '{"strings":[""]}'],
  ]),
  slices("TestConvertBoolSlice", "bools", [
    ["true,false,1,0", "[true,false,true,false]"],
    ["true", "[true]"],
    ["true,notabool"],
  ]),
  slices("TestConvertFloat64Slice", "doubles", [
    ["1.5,2,-3.25", "[1.5,2,-3.25]"],
    ["1.5", "[1.5]"],
    ["1.5,notafloat"],
  ]),
  slices("TestConvertFloat32Slice", "floats", [
    ["1.5,2,-3.25", "[1.5,2,-3.25]"],
    ["1.5", "[1.5]"],
    ["1.5,notafloat"],
  ]),
  slices("TestConvertInt64Slice", "int64s", [
    ["1,-2,3", '["1","-2","3"]'],
    ["42", '["42"]'],
    ["1,notanint"],
  ]),
  slices("TestConvertInt32Slice", "int32s", [
    ["1,-2,3", "[1,-2,3]"],
    ["42", "[42]"],
    ["1,notanint"],
    ["2147483648"],
  ]),
  slices("TestConvertUint64Slice", "uint64s", [
    ["1,2,3", '["1","2","3"]'],
    ["42", '["42"]'],
    ["1,-2"],
  ]),
  slices("TestConvertUint32Slice", "uint32s", [
    ["1,2,3", "[1,2,3]"],
    ["42", "[42]"],
    ["1,-2"],
    ["4294967296"],
  ]),
  slices("TestConvertBytesSlice", "bytes", [
    ["Zm9v,YmFy", '["Zm9v","YmFy"]'],
    ["Zm9v", '["Zm9v"]'],
    ["Zm9v,!!!!"],
  ]),
  slices("TestConvertEnumSlice", "enums", [
    ["A,C", '["A","C"]'],
    ["0,2", '["A","C"]'],
    ["A,1", '["A","B"]'],
    ["A,Z"],
    ["0,9"],
  ]),
  {
    source: grpcGateway("internal/descriptor/services_test.go", "TestResolveFieldPath"),
    message: "ExampleMessage",
    cases: [
      ["terminal=true", '{"terminal":true}'],
      ["something_else=a", REFUSED],
      ["strings=a", '{"strings":["a"]}'],
      [
        "nested.nested2.nested.nested2.nested.nested2.terminal=true",
        `${'{"nested":{"nested2":'.repeat(3)}{"terminal":true}${"}}".repeat(3)}`,
      ],
      ["nested.terminal.nested2=a", REFUSED],
      ["many.nested2.terminal=true", '{"many":[]}', choice("maps, other messages")(REFUSED)],
    ],
  },
];
