import {
  create,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  ListValueSchema,
  StructSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { holdsJsonObject, holdsWrappedScalar } from "../codec/local-value.ts";

const text = fc.string({ unit: "binary", maxLength: 60 });
const freeJson = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
const jsonObject = fc.dictionary(text, freeJson, { maxKeys: 4 });

function scalar(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.DOUBLE:
      return fc.double();
    case ScalarType.FLOAT:
      return fc.float();
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.STRING:
      return text;
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 20 });
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return fc.integer();
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.nat(0xffffffff);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.bigInt(0n, (1n << 64n) - 1n);
    default:
      return fc.bigInt(-(1n << 63n), (1n << 63n) - 1n);
  }
}

function isLong(type: ScalarType): boolean {
  return /64/.test(ScalarType[type]);
}

const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map(BigInt);
const nanos = fc.constantFrom(0, 1, 500_000_000, 120_000, 999_999_999);

/** A message of a well-known type with a value that JSON can show. */
function wellKnown(
  desc: DescMessage,
  depth: number,
  inAny: readonly DescMessage[],
): fc.Arbitrary<Message> | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Any":
      return depth > 0 ? arbitraryAny(depth, inAny) : fc.constant(create(AnySchema));
    case "google.protobuf.Timestamp":
      return fc.record({ seconds, nanos }).map((value) => create(desc, value));
    case "google.protobuf.Duration":
      return fc
        .tuple(fc.integer(), nanos)
        .map(([total, part]) =>
          create(desc, { seconds: BigInt(total), nanos: total < 0 ? -part : part }),
        );
    case "google.protobuf.FieldMask":
      return fc
        .array(fc.constantFrom("a", "a_b", "long_name.sub_name"))
        .map((paths) => create(desc, { paths }));
    case "google.protobuf.Struct":
      return jsonObject.map((json) => fromJson(StructSchema, json as never));
    case "google.protobuf.Value":
      return freeJson.map((json) => fromJson(ValueSchema, json));
    case "google.protobuf.ListValue":
      return fc.array(freeJson, { maxLength: 3 }).map((json) => fromJson(ListValueSchema, json));
    default:
      return undefined;
  }
}

function arbitraryAny(depth: number, inAny: readonly DescMessage[]): fc.Arbitrary<Message> {
  const packed = inAny.map((desc) =>
    arbitraryMessage(desc, depth - 1, inAny).map((content) => anyPack(desc, content as never)),
  );
  return fc.oneof(fc.constant(create(AnySchema)), ...packed);
}

/**
 * Any message of a type, at most `depth` levels of other messages deep. `inAny` are
 * the types that a google.protobuf.Any may hold.
 */
export function arbitraryMessage(
  desc: DescMessage,
  depth = 2,
  inAny: readonly DescMessage[] = [],
): fc.Arbitrary<Message> {
  const known = wellKnown(desc, depth, inAny);
  if (known !== undefined) return known;
  const properties: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of desc.members) {
    const value =
      member.kind === "oneof"
        ? arbitraryOneof(member.fields, depth, inAny)
        : arbitraryField(member, depth, inAny);
    if (value !== undefined) properties[member.localName] = fc.option(value, { nil: undefined });
  }
  return fc.record(properties).map((init) => create(desc, init));
}

function arbitraryOneof(
  fields: readonly DescField[],
  depth: number,
  inAny: readonly DescMessage[],
) {
  const cases = fields.flatMap((field) => {
    const value = arbitraryField(field, depth, inAny);
    return value === undefined ? [] : [fc.record({ case: fc.constant(field.localName), value })];
  });
  return cases.length === 0 ? undefined : fc.oneof(...cases);
}

function arbitraryField(
  field: DescField,
  depth: number,
  inAny: readonly DescMessage[],
): fc.Arbitrary<unknown> | undefined {
  const element = arbitraryElement(field, depth, inAny);
  if (element === undefined) return undefined;
  if (field.fieldKind === "list") return fc.array(element, { maxLength: 3 });
  if (field.fieldKind !== "map") return element;
  const key = scalar(field.mapKey).map(String);
  return fc.dictionary(key, element, { maxKeys: 3, noNullPrototype: true });
}

function arbitraryElement(
  field: DescField,
  depth: number,
  inAny: readonly DescMessage[],
): fc.Arbitrary<unknown> | undefined {
  if (field.enum !== undefined) {
    return fc.constantFrom(...field.enum.values.map((value) => value.number));
  }
  if (field.message === undefined) {
    const value = scalar(field.scalar);
    const text = field.fieldKind !== "map" && field.longAsString && isLong(field.scalar);
    return text ? value.map(String) : value;
  }
  if (holdsJsonObject(field)) return jsonObject;
  if (field.fieldKind === "message" && holdsWrappedScalar(field)) {
    return scalar(field.message.fields[0]!.scalar!);
  }
  const leaf = field.message.typeName.startsWith("google.protobuf.");
  return depth > 0 || leaf ? arbitraryMessage(field.message, depth - 1, inAny) : undefined;
}
