import type { FileRegistry, MessageInitShape } from "@bufbuild/protobuf";
import {
  type DescriptorProtoSchema,
  Edition,
  type EnumDescriptorProtoSchema,
  FeatureSet_EnumType,
  FeatureSet_FieldPresence,
  FeatureSet_MessageEncoding,
  type FieldDescriptorProtoSchema,
  FieldOptions_JSType,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { wellKnownNames } from "./all-types.ts";
import { defineSchema, field, message, repeated } from "./schema.ts";

// Schemas made at random: messages M0 to M3 that hold scalars, enums, one another and
// well-known types, singular, repeated, in maps and in oneofs, in all three syntaxes.

type Field = MessageInitShape<typeof FieldDescriptorProtoSchema>;
type Message = MessageInitShape<typeof DescriptorProtoSchema>;
type Enum = MessageInitShape<typeof EnumDescriptorProtoSchema>;
type Syntax = "proto2" | "proto3" | "editions";

const MESSAGES = 4;
const ENUMS = 2;

/** Names that mean something to JavaScript, or that change on the way to JSON. */
const HOSTILE = [
  "constructor",
  "toString",
  "to_json",
  "value_of",
  "__proto__",
  "prototype",
  "length",
  "then",
  "a1_b2",
  "_leading",
  "trailing_",
  "case",
  "value",
];

interface Kind {
  readonly type: Type;
  readonly typeName?: string;
}

const scalarTypes = [
  ...[Type.DOUBLE, Type.FLOAT, Type.INT32, Type.INT64, Type.UINT32, Type.UINT64, Type.SINT32],
  ...[Type.SINT64, Type.FIXED32, Type.FIXED64, Type.SFIXED32, Type.SFIXED64, Type.BOOL],
  ...[Type.STRING, Type.BYTES],
];
const keyTypes = scalarTypes.filter(
  (type) => type !== Type.DOUBLE && type !== Type.FLOAT && type !== Type.BYTES,
);
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `test.${prefix}${i}`);

const kinds: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...scalarTypes).map((type) => ({ type })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...names("E", ENUMS), "google.protobuf.NullValue")
      .map((typeName) => ({ type: Type.ENUM, typeName })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        ...names("M", MESSAGES),
        ...[...wellKnownNames, "Any"].map((name) => `google.protobuf.${name}`),
      )
      .map((typeName) => ({ type: Type.MESSAGE, typeName })),
  },
);

const shapes = fc.record({
  name: fc.oneof(fc.constantFrom(...HOSTILE), fc.stringMatching(/^[a-z]{1,4}(_[a-z0-9]{1,3})?$/)),
  jsonName: fc.option(fc.stringMatching(/^[A-Za-z$ ."-]{1,6}$/), { nil: undefined, freq: 6 }),
  kind: kinds,
  place: fc.constantFrom("one", "one", "list", "map", "oneof", "optional", "required", "delimited"),
  key: fc.constantFrom(...keyTypes),
  longAsString: fc.boolean(),
});

type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

/** `required` fields are made only where asked for: without them no message is complete. */
export function arbitrarySchema({ required }: { required: boolean }): fc.Arbitrary<FileRegistry> {
  const fields = fc.uniqueArray(shapes, {
    maxLength: 9,
    selector: ({ name }) => name.replaceAll("_", "").toLowerCase(),
  });
  return fc
    .record({
      syntax: fc.constantFrom<Syntax>("proto2", "proto3", "editions"),
      enums: fc.array(arbitraryValues, { minLength: ENUMS, maxLength: ENUMS }),
      messages: fc.array(fields, { minLength: MESSAGES, maxLength: MESSAGES }),
    })
    .map(({ syntax, enums, messages }) =>
      defineSchema({
        ...(syntax === "editions" ? { syntax, edition: Edition.EDITION_2023 } : { syntax }),
        enumType: enums.map((values, i) => buildEnum(`E${i}`, values, syntax, i === 1)),
        messageType: messages.map((list, i) => buildMessage(`M${i}`, list, syntax, required)),
      }),
    );
}

const arbitraryValues = fc.uniqueArray(fc.integer({ min: -4, max: 300 }), {
  minLength: 1,
  maxLength: 5,
});

/** The first value of an open enum is zero. Every enum has an alias and values with its prefix. */
function buildEnum(name: string, numbers: number[], syntax: Syntax, closed: boolean): Enum {
  const all = syntax === "editions" && closed ? numbers : [...new Set([0, ...numbers])];
  const value = all.map((number, i) => ({
    name: i % 2 === 0 ? `${name}_V${i}` : `${name}V${i}`,
    number,
  }));
  const options = {
    allowAlias: true,
    ...(syntax === "editions" && closed
      ? { features: { enumType: FeatureSet_EnumType.CLOSED } }
      : {}),
  };
  return { name, value: [...value, { name: `${name}_ALIAS`, number: all[0]! }], options };
}

function buildMessage(name: string, shapes: Shape[], syntax: Syntax, required: boolean): Message {
  const entries: Message[] = [];
  const oneofs = [{ name: "choice" }];
  const fields = shapes.map((shape, i) => {
    const place = placeIn(shape, syntax, required);
    if (place === "map") entries.push(mapEntry(`Entry${i}`, shape));
    if (place === "optional") oneofs.push({ name: `_optional${i}` });
    return buildField(`test.${name}`, shape, i, { place, oneofs: oneofs.length, syntax });
  });
  // What is declared last are the oneofs of `optional`, as compilers have it; none is empty.
  const choice = fields.some(({ oneofIndex }) => oneofIndex === 0);
  const shifted = choice ? fields : fields.map((each) => withoutChoice(each));
  const oneofDecl = choice ? oneofs : oneofs.slice(1);
  return message(name, shifted, { nestedType: entries, oneofDecl });
}

function withoutChoice(each: Field): Field {
  return each.oneofIndex === undefined ? each : { ...each, oneofIndex: each.oneofIndex - 1 };
}

function placeIn({ place, kind }: Shape, syntax: Syntax, required: boolean): Shape["place"] {
  if (place === "required" && (!required || syntax === "proto3")) return "one";
  if (place === "optional" && syntax !== "proto3") return "one";
  if (place === "delimited" && (syntax !== "editions" || !kind.typeName?.startsWith("test.M"))) {
    return "one";
  }
  return place;
}

function mapEntry(name: string, { key, kind }: Shape): Message {
  return message(name, [field("key", 1, key), field("value", 2, kind.type, kind.typeName)], {
    options: { mapEntry: true },
  });
}

interface Context {
  readonly place: Shape["place"];
  readonly oneofs: number;
  readonly syntax: Syntax;
}

function buildField(parent: string, shape: Shape, i: number, context: Context): Field {
  const { place, oneofs, syntax } = context;
  const { type, typeName } = shape.kind;
  const entry = place === "map" ? `${parent.slice(5)}.Entry${i}` : undefined;
  const plain = entry
    ? repeated(field(shape.name, i + 1, Type.MESSAGE, `test.${entry}`))
    : field(shape.name, i + 1, type, typeName);
  return {
    ...plain,
    options: fieldOptions(shape, context),
    ...(shape.jsonName !== undefined && { jsonName: `${shape.jsonName}${i}` }),
    ...(place === "list" && { label: Label.REPEATED }),
    ...(place === "required" && syntax === "proto2" && { label: Label.REQUIRED }),
    ...(place === "oneof" && { oneofIndex: 0 }),
    ...(place === "optional" && { proto3Optional: true, oneofIndex: oneofs - 1 }),
  } as Field;
}

function fieldOptions({ kind, longAsString }: Shape, { place, syntax }: Context) {
  const jstype = longAsString ? FieldOptions_JSType.JS_STRING : FieldOptions_JSType.JS_NORMAL;
  if (syntax !== "editions" || place === "oneof" || place === "list") return { jstype };
  if (place === "required") {
    return { jstype, features: { fieldPresence: FeatureSet_FieldPresence.LEGACY_REQUIRED } };
  }
  if (place === "delimited") {
    return { jstype, features: { messageEncoding: FeatureSet_MessageEncoding.DELIMITED } };
  }
  // A closed enum may have no zero, so it cannot be implicit.
  const explicit = kind.type === Type.MESSAGE || kind.typeName === "test.E1" || place === "map";
  return explicit || longAsString
    ? { jstype }
    : { jstype, features: { fieldPresence: FeatureSet_FieldPresence.IMPLICIT } };
}
