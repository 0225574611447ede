import { choice, REFUSED, type ReferenceCase, vanguard } from "./reference-case.ts";
import { parameter, type ValuedGroup } from "./valued-case.ts";

const MAX_DOUBLE = `17976931348623157${"0".repeat(292)}`;
const MAX_FLOAT = `34028235${"0".repeat(31)}`;
const MAX_INT32 = "2147483647";
const MAX_INT64 = "9223372036854775807";
const MAX_UINT32 = "4294967295";
const MAX_UINT64 = "18446744073709551615";

const BYTES = "YWJjMTIzIT8kKiYoKSctPUB+";
const URL_BYTES = "YWJjMTIzIT8kKiYoKSctPUB-";
const UNPADDED_BYTES = "YWJjMTIzIT8kKiYoKSctPUA";

/** A field, the text it is given, and the JSON of the value; the text itself where they are equal. */
function value(name: string, text: string, json = text): ReferenceCase {
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return [parameter(name, text), `{"${camel}":${json}}`];
}

const quoted = (text: string) => JSON.stringify(text);

const scalars: readonly ReferenceCase[] = [
  value("double_value", MAX_DOUBLE, "1.7976931348623157e+308"),
  value("double_value", "NaN", '"NaN"'),
  value("double_value", "Infinity", '"Infinity"'),
  value("double_value", "-Infinity", '"-Infinity"'),
  value("float_value", MAX_FLOAT, "3.4028235e+38"),
  [`float_value=${MAX_DOUBLE}`, REFUSED],
  value("float_value", "NaN", '"NaN"'),
  value("float_value", "-Infinity", '"-Infinity"'),
  value("float_value", "Infinity", '"Infinity"'),
  value("int32_value", MAX_INT32),
  [`int32_value=${MAX_INT64}`, REFUSED],
  value("int64_value", MAX_INT64, quoted(MAX_INT64)),
  value("uint32_value", MAX_UINT32),
  value("uint64_value", MAX_UINT64, quoted(MAX_UINT64)),
  value("sint32_value", MAX_INT32),
  value("sint64_value", MAX_INT32, quoted(MAX_INT32)),
  value("bool_value", "true"),
  ["bool_value=false", "{}"],
  value("string_value", "hello world", '"hello world"'),
  value("bytes_value", BYTES, quoted(BYTES)),
  value("bytes_value", URL_BYTES, quoted(BYTES)),
  value("bytes_value", UNPADDED_BYTES, quoted(`${UNPADDED_BYTES}=`)),
];

const messages: readonly ReferenceCase[] = [
  value("timestamp", "2021-01-01T00:00:00Z", '"2021-01-01T00:00:00Z"'),
  value("duration", "1s", '"1s"'),
  value("duration", "3.000000001s", '"3.000000001s"'),
  value("bool_value_wrapper", "true"),
  value("int32_value_wrapper", MAX_INT32),
  [`int32_value_wrapper=${MAX_INT64}`, REFUSED],
  value("int64_value_wrapper", MAX_INT64, quoted(MAX_INT64)),
  value("uint32_value_wrapper", MAX_UINT32),
  value("uint64_value_wrapper", MAX_UINT64, quoted(MAX_UINT64)),
  value("double_value_wrapper", MAX_DOUBLE, "1.7976931348623157e+308"),
  value("double_value_wrapper", "NaN", '"NaN"'),
  value("double_value_wrapper", "Infinity", '"Infinity"'),
  value("double_value_wrapper", "-Infinity", '"-Infinity"'),
  value("float_value_wrapper", MAX_FLOAT, "3.4028235e+38"),
  value("float_value_wrapper", "NaN", '"NaN"'),
  value("float_value_wrapper", "-Infinity", '"-Infinity"'),
  value("float_value_wrapper", "Infinity", '"Infinity"'),
  value("bytes_value_wrapper", BYTES, quoted(BYTES)),
  value("bytes_value_wrapper", URL_BYTES, quoted(BYTES)),
  value("bytes_value_wrapper", UNPADDED_BYTES, quoted(`${UNPADDED_BYTES}=`)),
  value("string_value_wrapper", "hello world", '"hello world"'),
  [
    parameter("string_value_wrapper", '"hello world"'),
    '{"stringValueWrapper":"hello world"}',
    choice("quotes around a value")('{"stringValueWrapper":"\\"hello world\\""}'),
  ],
  value("field_mask", "foo,bar.baz", '"foo,bar.baz"'),
];

const others: readonly ReferenceCase[] = [
  value("enum_value", "1", '"ENUM_VALUE"'),
  value("enum_value", "ENUM_VALUE", '"ENUM_VALUE"'),
  ["enum_value=null", "{}", choice("enum")(REFUSED)],
  ["enum_value=unknown", REFUSED],
  ["enum_list=0&enum_list=1", '{"enumList":["ENUM_UNSPECIFIED","ENUM_VALUE"]}'],
  value("oneof_double_value", "1.234"),
  ["nested.double_value=1.234", '{"nested":{"doubleValue":1.234}}'],
  ["recursive.double_value=1.234", '{"recursive":{"doubleValue":1.234}}'],
  ["string_map=hello", REFUSED],
  ["nested_map.double_value=1.234", REFUSED],
  value("timestamp", "2021-01-01T00:00:00Z", '"2021-01-01T00:00:00Z"'), // as a dynamic message
  ["double_list=1.234", '{"doubleList":[1.234]}'],
  ["unknownField=hello", REFUSED],
];

/** A query, and the message it makes, as standard JSON without what is unset. */
export const vanguardValues: readonly ValuedGroup[] = [
  {
    source: vanguard("params_test.go", "TestSetParameter"),
    message: "ParameterValues",
    cases: [...scalars, ...messages, ...others],
  },
  {
    source: vanguard("params_test.go", "TestIsParameter"),
    message: "ParameterValues",
    cases: [
      ["string_value=a", '{"stringValue":"a"}'],
      ["recursive.string_value=a", '{"recursive":{"stringValue":"a"}}'],
      ["recursive=a", REFUSED],
      ["timestamp=2021-01-01T00:00:00Z", '{"timestamp":"2021-01-01T00:00:00Z"}'],
      ["value=a", REFUSED],
    ],
  },
];
