import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { defineSchema, field, message, repeated } from "../schema.ts";

// The messages that the references' value cases are about: the fields those cases use.

const wellKnown = (name: string, number: number, type: string) =>
  field(name, number, Type.MESSAGE, `google.protobuf.${type}`);

const stringMap = {
  nestedType: [
    message("Entry", [field("key", 1, Type.STRING), field("value", 2, Type.STRING)], {
      options: { mapEntry: true },
    }),
  ],
};

const scalars = [
  field("double_value", 1, Type.DOUBLE),
  field("float_value", 2, Type.FLOAT),
  field("int32_value", 3, Type.INT32),
  field("int64_value", 4, Type.INT64),
  field("uint32_value", 5, Type.UINT32),
  field("uint64_value", 6, Type.UINT64),
  field("bool_value", 7, Type.BOOL),
  field("string_value", 8, Type.STRING),
  field("bytes_value", 9, Type.BYTES),
];

/** vanguard.test.v1.ParameterValues. */
const parameterValues = message(
  "ParameterValues",
  [
    ...scalars,
    field("sint32_value", 10, Type.SINT32),
    field("sint64_value", 11, Type.SINT64),
    wellKnown("timestamp", 16, "Timestamp"),
    wellKnown("duration", 17, "Duration"),
    wellKnown("bool_value_wrapper", 18, "BoolValue"),
    wellKnown("int32_value_wrapper", 19, "Int32Value"),
    wellKnown("int64_value_wrapper", 20, "Int64Value"),
    wellKnown("uint32_value_wrapper", 21, "UInt32Value"),
    wellKnown("uint64_value_wrapper", 22, "UInt64Value"),
    wellKnown("float_value_wrapper", 23, "FloatValue"),
    wellKnown("double_value_wrapper", 24, "DoubleValue"),
    wellKnown("bytes_value_wrapper", 25, "BytesValue"),
    wellKnown("string_value_wrapper", 26, "StringValue"),
    wellKnown("field_mask", 27, "FieldMask"),
    field("enum_value", 28, Type.ENUM, "test.Enum"),
    repeated(field("enum_list", 29, Type.ENUM, "test.Enum")),
    repeated(field("double_list", 30, Type.DOUBLE)),
    { ...field("oneof_double_value", 33, Type.DOUBLE), oneofIndex: 0 },
    field("nested", 36, Type.MESSAGE, "test.Nested"),
    field("recursive", 37, Type.MESSAGE, "test.ParameterValues"),
    repeated(field("string_map", 38, Type.MESSAGE, "test.ParameterValues.Entry")),
    repeated(field("nested_map", 41, Type.MESSAGE, "test.ParameterValues.Entry")),
    wellKnown("value", 43, "Value"),
  ],
  { oneofDecl: [{ name: "oneof" }], ...stringMap },
);

const oneof = (name: string, number: number, type: Type, index: number, typeName?: string) => ({
  ...field(name, number, type, typeName),
  oneofIndex: index,
});

/** grpc.gateway.runtime.internal.examplepb.Proto3Message. */
const proto3Message = message(
  "Proto3Message",
  [
    ...scalars,
    repeated(field("repeated_value", 10, Type.STRING)),
    { ...field("optional_value", 49, Type.STRING), proto3Optional: true, oneofIndex: 2 },
    repeated(wellKnown("repeated_message", 44, "UInt64Value")),
    field("enum_value", 11, Type.ENUM, "test.EnumValue"),
    repeated(field("repeated_enum", 12, Type.ENUM, "test.EnumValue")),
    wellKnown("timestamp_value", 13, "Timestamp"),
    wellKnown("duration_value", 14, "Duration"),
    wellKnown("fieldmask_value", 15, "FieldMask"),
    oneof("oneof_bool_value", 51, Type.BOOL, 0),
    oneof("oneof_string_value", 52, Type.STRING, 0),
    oneof("nested_oneof_int32_value", 50, Type.INT32, 1),
    oneof("nested_oneof_value_one", 46, Type.MESSAGE, 1, "test.Proto3Message"),
    wellKnown("wrapper_double_value", 17, "DoubleValue"),
    wellKnown("wrapper_float_value", 18, "FloatValue"),
    wellKnown("wrapper_int64_value", 19, "Int64Value"),
    wellKnown("wrapper_int32_value", 20, "Int32Value"),
    wellKnown("wrapper_u_int64_value", 21, "UInt64Value"),
    wellKnown("wrapper_u_int32_value", 22, "UInt32Value"),
    wellKnown("wrapper_bool_value", 23, "BoolValue"),
    wellKnown("wrapper_string_value", 24, "StringValue"),
    wellKnown("wrapper_bytes_value", 25, "BytesValue"),
    repeated(field("map_value", 26, Type.MESSAGE, "test.Proto3Message.Entry")),
    field("nested", 41, Type.MESSAGE, "test.Proto3Message"),
    wellKnown("struct_value_value", 47, "Value"),
    wellKnown("struct_value", 48, "Struct"),
  ],
  {
    oneofDecl: [{ name: "oneof_value" }, { name: "nested_oneof_value" }, { name: "_optional" }],
    ...stringMap,
  },
);

/** What grpc-gateway's converters of lists give, as repeated fields. */
const lists = message("Lists", [
  repeated(field("strings", 1, Type.STRING)),
  repeated(field("bools", 2, Type.BOOL)),
  repeated(field("doubles", 3, Type.DOUBLE)),
  repeated(field("floats", 4, Type.FLOAT)),
  repeated(field("int64s", 5, Type.INT64)),
  repeated(field("int32s", 6, Type.INT32)),
  repeated(field("uint64s", 7, Type.UINT64)),
  repeated(field("uint32s", 8, Type.UINT32)),
  repeated(field("bytes", 9, Type.BYTES)),
  repeated(field("enums", 10, Type.ENUM, "test.Letter")),
]);

/** Messages that contain one another, of grpc-gateway's and Envoy's tests of field paths. */
const linked = [
  message("ExampleMessage", [
    field("nested", 1, Type.MESSAGE, "test.AnotherMessage"),
    field("terminal", 2, Type.BOOL),
    repeated(field("many", 3, Type.MESSAGE, "test.AnotherMessage")),
    repeated(field("strings", 4, Type.STRING)),
  ]),
  message("AnotherMessage", [field("nested2", 1, Type.MESSAGE, "test.ExampleMessage")]),
  message("CreateBookRequest", [field("book", 1, Type.MESSAGE, "test.Book")]),
  message("Book", [field("author_info", 1, Type.MESSAGE, "test.AuthorInfo")]),
  message("AuthorInfo", [
    field("first_name", 1, Type.STRING),
    field("last_name", 2, Type.STRING),
    field("bio", 3, Type.MESSAGE, "test.Biography"),
  ]),
  message("Biography", [field("year_born", 1, Type.INT64)]),
  message("SearchShelf", [
    { ...field("search_encoded", 1, Type.STRING), jsonName: "search%5Bencoded%5D" },
    { ...field("search_decoded", 2, Type.STRING), jsonName: "search[decoded]" },
  ]),
];

/** The examples in the comments of http.proto. */
const messaging = [
  message("GetMessageRequest", [
    field("message_id", 1, Type.STRING),
    field("revision", 2, Type.INT64),
    field("sub", 3, Type.MESSAGE, "test.SubMessage"),
    repeated(field("param", 4, Type.STRING)),
    field("foo", 5, Type.MESSAGE, "test.Foo"),
  ]),
  message("SubMessage", [field("subfield", 1, Type.STRING)]),
  message("Foo", [
    field("a", 1, Type.STRING),
    field("b", 2, Type.STRING),
    field("c", 3, Type.STRING),
  ]),
];

const letters = (name: string, ...values: string[]) => ({
  name,
  value: values.map((value, number) => ({ name: value, number })),
});

export const referenceSchema = defineSchema({
  enumType: [
    letters("Enum", "ENUM_UNSPECIFIED", "ENUM_VALUE"),
    letters("EnumValue", "X", "Y", "Z"),
    letters("Letter", "A", "B", "C"),
  ],
  messageType: [
    parameterValues,
    message("Nested", [field("double_value", 1, Type.DOUBLE)]),
    proto3Message,
    lists,
    ...linked,
    ...messaging,
    message("Parameters", [
      field("x", 1, Type.STRING),
      field("y", 2, Type.STRING),
      field("z", 3, Type.STRING),
      field("t", 4, Type.STRING),
    ]),
  ],
});
