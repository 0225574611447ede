import { choice, grpcGateway, REFUSED, type ReferenceCase } from "./reference-case.ts";
import { parameter, type ValuedGroup } from "./valued-case.ts";

const queryTest = "runtime/query_test.go";
const maps = choice("maps, other messages")(REFUSED);
const duration = choice("Duration")(REFUSED);
const filled = choice("what path or body fill")(REFUSED);

const BYTES = "abc123!?$*&()'-=@~";
const base64 = Buffer.from(BYTES).toString("base64");
const time = "2016-12-15T12:23:32.000000049Z";

/** Fields of every type, by proto name, and what they are in JSON. */
const everyType: readonly (readonly [name: string, query: string, json: string])[] = [
  ["float_value", "float_value=1.5", "1.5"],
  ["double_value", "double_value=2.5", "2.5"],
  ["int64_value", "int64_value=-1", '"-1"'],
  ["int32_value", "int32_value=-2", "-2"],
  ["uint64_value", "uint64_value=3", '"3"'],
  ["uint32_value", "uint32_value=4", "4"],
  ["bool_value", "bool_value=true", "true"],
  ["string_value", "string_value=str", '"str"'],
  ["repeated_value", "repeated_value=a&repeated_value=b&repeated_value=c", '["a","b","c"]'],
  ["enum_value", "enum_value=1", '"Y"'],
  ["repeated_enum", "repeated_enum=1&repeated_enum=2&repeated_enum=0", '["Y","Z","X"]'],
  ["timestamp_value", parameter("timestamp_value", time), `"${time}"`],
  ["fieldmask_value", "fieldmask_value=float_value,double_value", '"floatValue,doubleValue"'],
  ["wrapper_float_value", "wrapper_float_value=1.5", "1.5"],
  ["wrapper_double_value", "wrapper_double_value=2.5", "2.5"],
  ["wrapper_int64_value", "wrapper_int64_value=-1", '"-1"'],
  ["wrapper_int32_value", "wrapper_int32_value=-2", "-2"],
  ["wrapper_u_int64_value", "wrapper_u_int64_value=3", '"3"'],
  ["wrapper_u_int32_value", "wrapper_u_int32_value=4", "4"],
  ["wrapper_bool_value", "wrapper_bool_value=true", "true"],
  ["wrapper_string_value", "wrapper_string_value=str", '"str"'],
];

const camel = (name: string) =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const byProtoName = everyType.map(
  ([name, query, json]): ReferenceCase => [query, `{"${camel(name)}":${json}}`],
);

const byJsonName = everyType.map(
  ([name, query, json]): ReferenceCase => [
    query.replaceAll(name, camel(name)),
    `{"${camel(name)}":${json}}`,
  ],
);

const mapValues: readonly (readonly [key: string, value: string])[] = [
  ["map_value[key]", "value"],
  ["map_value[second]", "bar"],
  ["map_value[third]", "zzz"],
  ["map_value[fourth]", ""],
  ["map_value[~!@#$%^&*()]", "value"],
];

const freeJson: readonly (readonly [field: string, json: string])[] = [
  ["struct_value_value", '{"a":{"b":1}}'],
  ["struct_value", '{"a":{"b":1}}'],
  ["struct_value_value", '""'],
  ["struct_value", "{}"],
  ["struct_value_value", "{}"],
  ["struct_value", '{"c":[1,2],"d":[{"e":1,"f":{}}]}'],
  ["struct_value_value", "[]"],
  ["struct_value_value", "true"],
  ["struct_value_value", "0"],
];

const special: readonly ReferenceCase[] = [
  [`bytes_value=${base64.replace("+", "-")}`, `{"bytesValue":"${base64}"}`],
  [`wrapper_bytes_value=${base64.replace("+", "-")}`, `{"wrapperBytesValue":"${base64}"}`],
  ["bytesValue=Ynl0ZXM%3D", '{"bytesValue":"Ynl0ZXM="}'],
  ["wrapperBytesValue=Ynl0ZXM%3D", '{"wrapperBytesValue":"Ynl0ZXM="}'],
  ["optional_value=str", '{"optionalValue":"str"}'],
  ["repeated_message=1&repeated_message=2&repeated_message=3", '{"repeatedMessage":["1","2","3"]}'],
  ["duration_value=13h0m0s", '{"durationValue":"46800s"}', duration],
  ["durationValue=13h0m0s", '{"durationValue":"46800s"}', duration],
  ["enum_value=Z", '{"enumValue":"Z"}'],
  ["repeated_enum=X&repeated_enum=2&repeated_enum=0", '{"repeatedEnum":["X","Z","X"]}'],
  ...mapValues.map(
    ([key, value]): ReferenceCase => [
      `${encodeURIComponent(key)}=${value}`,
      JSON.stringify({ mapValue: { [key.slice(10, -1)]: value } }),
      maps,
    ],
  ),
  ...freeJson.map(
    ([field, json]): ReferenceCase => [parameter(field, json), `{"${camel(field)}":${json}}`, maps],
  ),
];

const nested: readonly ReferenceCase[] = [
  [
    "nested.nested.nested.repeated_value=a&nested.nested.nested.repeated_value=b",
    '{"nested":{"nested":{"nested":{"repeatedValue":["a","b"]}}}}',
  ],
  ["nested.nested.nested.string_value=s", '{"nested":{"nested":{"nested":{"stringValue":"s"}}}}'],
  ["nested.nested.string_value=t", '{"nested":{"nested":{"stringValue":"t"}}}'],
  ["nested.string_value=u", '{"nested":{"stringValue":"u"}}'],
  [
    "nested.nested.map_value%5Bfirst%5D=foo",
    '{"nested":{"nested":{"mapValue":{"first":"foo"}}}}',
    maps,
  ],
  [
    "nested.nested.map_value%5Bsecond%5D=bar",
    '{"nested":{"nested":{"mapValue":{"second":"bar"}}}}',
    maps,
  ],
  ["oneof_string_value=foobar", '{"oneofStringValue":"foobar"}'],
  ["oneofStringValue=foobar", '{"oneofStringValue":"foobar"}'],
  ["oneof_bool_value=true", '{"oneofBoolValue":true}'],
  [
    "nested_oneof_value_one.int64Value=-1&nested_oneof_value_one.string_value=foo",
    '{"nestedOneofValueOne":{"int64Value":"-1","stringValue":"foo"}}',
  ],
];

const refused = [
  "timestampValue=null",
  "durationValue=null",
  "oneof_bool_value=true&oneof_string_value=foobar",
  "nested_oneof_int32_value=10&nested_oneof_value_one.int32Value=-1",
  "nested_oneof_value_one.int32Value=-1&nested_oneof_int32_value=10",
  "uint64_value=1&uint64_value=2",
  "repeated_message.value=1",
  "timestampValue=0000-01-01T00:00:00.00Z",
].map((query): ReferenceCase => [query, REFUSED]);

const below = [
  "float_value",
  "double_value",
  "int64_value",
  "int32_value",
  "uint64_value",
  "uint32_value",
  "bool_value",
  "string_value",
  "repeated_value",
  "enum_value",
  "enum_value",
  "repeated_enum",
].map((name): ReferenceCase => [`${name}.nested=test`, REFUSED]);

/** The reference passes over what its filter holds; one parameter at a time. */
function filtered(taken: readonly string[], cases: readonly ReferenceCase[]): ValuedGroup {
  return {
    source: grpcGateway(queryTest, "TestPopulateParametersWithFilters"),
    message: "Proto3Message",
    taken,
    cases,
  };
}

const deepString = '{"nested":{"nested":{"stringValue":"str"}}}';
const string: ReferenceCase = ["string_value=str", '{"stringValue":"str"}'];
const nestedString: ReferenceCase = ["nested.string_value=str", '{"nested":{"stringValue":"str"}}'];

/** A query, and the message it makes, as standard JSON without what is unset. */
export const grpcGatewayValues: readonly ValuedGroup[] = [
  {
    source: grpcGateway(queryTest, "TestPopulateParameters"),
    message: "Proto3Message",
    // The reference gives many at once, and those of its Proto2Message by the same names.
    cases: [...byProtoName, ...byJsonName, ...special, ...nested, ...refused],
  },
  filtered(
    ["bool_value", "repeated_value"],
    [
      ["bool_value=true", "{}", filled],
      string,
      ["repeated_value=a&repeated_value=b&repeated_value=c", "{}", filled],
    ],
  ),
  filtered(
    ["nested"],
    [
      ["nested.nested.bool_value=true", "{}", filled],
      ["nested.nested.string_value=str", "{}", filled],
      ["nested.string_value=str", "{}", filled],
      string,
    ],
  ),
  filtered(
    ["nested.nested"],
    [
      ["nested.nested.bool_value=true", "{}", filled],
      ["nested.nested.string_value=str", "{}", filled],
      nestedString,
      string,
    ],
  ),
  filtered(
    ["nested.nested.string_value"],
    [
      [
        "nested.nested.bool_value=true",
        deepString.replace('stringValue":"str"', 'boolValue":true'),
      ],
      ["nested.nested.string_value=str", "{}", filled],
      nestedString,
      string,
    ],
  ),
  {
    source: grpcGateway(queryTest, "TestPopulateQueryParametersWithInvalidNestedParameters"),
    message: "Proto3Message",
    cases: below,
  },
];
