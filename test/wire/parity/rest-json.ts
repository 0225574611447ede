import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type MessageShape,
} from "@bufbuild/protobuf";

/**
 * Reads a message out of REST's JSON. Written against the documents and not with the
 * codec under test: REST differs from protobuf's JSON by short names of enums only, and
 * both by names of fields and by null for what is unset a reader of protobuf's takes it.
 */
export function fromRestJson<D extends DescMessage>(desc: D, json: JsonValue): MessageShape<D> {
  return fromJson(desc, withFullEnums(desc, json));
}

function withFullEnums(desc: DescMessage, json: JsonValue): JsonValue {
  if (!isObject(json) || desc.typeName.startsWith("google.protobuf.")) return json;
  const members: JsonObject = {};
  for (const [name, value] of Object.entries(json)) {
    const field = desc.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`${desc.typeName} has no field ${name}`);
    members[name] = fieldValue(field, value);
  }
  return members;
}

function fieldValue(field: DescField, value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((element) => fieldValue(field, element));
  if (field.fieldKind === "map") return value;
  if (field.message) return withFullEnums(field.message, value);
  return field.enum ? enumNumber(field.enum, value) : value;
}

/** `running` of SESSION_STATUS_RUNNING; null is the zero. */
function enumNumber({ name, values }: DescEnum, value: JsonValue): number {
  if (value === null) return 0;
  const prefix = name.replace(/(?!^)([A-Z])/g, "_$1").toUpperCase();
  const full = `${prefix}_${String(value).toUpperCase()}`;
  const known = values.find((candidate) => candidate.name === full);
  if (known === undefined) throw new Error(`${name} has no value ${JSON.stringify(value)}`);
  return known.number;
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
