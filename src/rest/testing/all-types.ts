import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { defineSchema, field, getMessage, message, repeated } from "./schema.ts";

const scalars = {
  double: Type.DOUBLE,
  float: Type.FLOAT,
  int32: Type.INT32,
  int64: Type.INT64,
  uint32: Type.UINT32,
  uint64: Type.UINT64,
  sint32: Type.SINT32,
  sint64: Type.SINT64,
  fixed32: Type.FIXED32,
  fixed64: Type.FIXED64,
  sfixed32: Type.SFIXED32,
  sfixed64: Type.SFIXED64,
  bool: Type.BOOL,
  string: Type.STRING,
  bytes: Type.BYTES,
};

/** Well-known types with a JSON form of their own, without Any. */
export const wellKnownNames = [
  "Timestamp",
  "Duration",
  "FieldMask",
  "Struct",
  "Value",
  "ListValue",
  "DoubleValue",
  "FloatValue",
  "Int64Value",
  "UInt64Value",
  "Int32Value",
  "UInt32Value",
  "BoolValue",
  "StringValue",
  "BytesValue",
];

const entries = Object.entries(scalars);
const snake = (name: string) => name.replace(/(?!^)([A-Z])/g, "_$1").toLowerCase();

function mapEntry(name: string, key: Type, value: Type, typeName?: string) {
  return message(name, [field("key", 1, key), field("value", 2, value, typeName)], {
    options: { mapEntry: true },
  });
}

/** A registry with `test.All`: a field of every type in every position. */
export const allTypes = defineSchema({
  enumType: [
    {
      name: "Color",
      value: [
        { name: "COLOR_UNSPECIFIED", number: 0 },
        { name: "COLOR_RED", number: 1 },
        { name: "COLOR_DARK_BLUE", number: -5 },
        { name: "COLOR_3", number: 3 },
        { name: "RED", number: 4 },
      ],
    },
  ],
  messageType: [
    message(
      "All",
      [
        ...entries.map(([name, type], i) => field(`one_${name}`, 1 + i, type)),
        ...entries.map(([name, type], i) => repeated(field(`many_${name}`, 101 + i, type))),
        ...entries.map(([name, type], i) => ({
          ...field(`maybe_${name}`, 201 + i, type),
          proto3Optional: true,
          oneofIndex: 1 + i,
        })),
        ...entries.map(([name, type], i) => ({
          ...field(`choice_${name}`, 301 + i, type),
          oneofIndex: 0,
        })),
        ...wellKnownNames.flatMap((name, i) => {
          const type = `google.protobuf.${name}`;
          return [
            field(`wkt_${snake(name)}`, 401 + i, Type.MESSAGE, type),
            repeated(field(`wkts_${snake(name)}`, 501 + i, Type.MESSAGE, type)),
            {
              ...field(`choice_${snake(name)}`, 601 + i, Type.MESSAGE, type),
              oneofIndex: 0,
            },
          ];
        }),
        field("color", 700, Type.ENUM, "test.Color"),
        repeated(field("colors", 701, Type.ENUM, "test.Color")),
        field("self", 702, Type.MESSAGE, "test.All"),
        repeated(field("selves", 703, Type.MESSAGE, "test.All")),
        repeated(field("by_string", 704, Type.MESSAGE, "test.All.ByStringEntry")),
        repeated(field("by_int", 705, Type.MESSAGE, "test.All.ByIntEntry")),
        repeated(field("by_bool", 706, Type.MESSAGE, "test.All.ByBoolEntry")),
        repeated(field("by_long", 707, Type.MESSAGE, "test.All.ByLongEntry")),
      ],
      {
        oneofDecl: [{ name: "choice" }, ...entries.map(([name]) => ({ name: `_maybe_${name}` }))],
        nestedType: [
          mapEntry("ByStringEntry", Type.STRING, Type.BYTES),
          mapEntry("ByIntEntry", Type.INT32, Type.ENUM, "test.Color"),
          mapEntry("ByBoolEntry", Type.BOOL, Type.MESSAGE, "google.protobuf.Struct"),
          mapEntry("ByLongEntry", Type.UINT64, Type.MESSAGE, "test.All"),
        ],
      },
    ),
  ],
});

export const AllDesc = getMessage(allTypes, "All");
