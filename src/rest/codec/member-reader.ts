import type { DescField } from "@bufbuild/protobuf";
import type { OneofValue, Properties } from "./local-value.ts";
import { type ReadContext, type ReadValue, refuse } from "./read-context.ts";
import { Invalid, type Place } from "./violation.ts";

/** How a member of a JSON object becomes a field of a message. */
export interface MemberReader {
  readonly field: DescField;
  /** Reads the value and sets the field. */
  read(message: Properties, json: unknown, ctx: ReadContext, parent: Place | undefined): void;
}

const unknownField = new Invalid("is not a field here");
const givenTwice = new Invalid("is given twice, under both of its names");
const NOTHING: ReadonlySet<string> = new Set();

/** `readValue` undefined: the member is known, and skipped. */
export function fieldReader(field: DescField, readValue: ReadValue | undefined): MemberReader {
  const { name, localName } = field;
  if (readValue === undefined) return { field, read: () => {} };
  if (field.oneof !== undefined) return oneofMember(field, field.oneof.localName, readValue);
  const nulls = field.fieldKind !== "list" && field.fieldKind !== "map" && takesNull(field);
  return {
    field,
    read: (message, json, ctx, parent) => {
      if (json === null && !nulls) return;
      const value = readValue(json, ctx, parent, name);
      if (value !== undefined) message[localName] = value;
    },
  };
}

function oneofMember(field: DescField, group: string, readValue: ReadValue): MemberReader {
  const { name, localName } = field;
  const nulls = takesNull(field);
  return {
    field,
    read: (message, json, ctx, parent) => {
      if (json === null && !nulls) return;
      const taken = (message[group] as OneofValue).case;
      if (taken !== undefined) {
        refuse(ctx, parent, name, new Invalid(`excludes ${protoName(field, taken)}: give one`));
        return;
      }
      const value = readValue(json, ctx, parent, name);
      if (value !== undefined) message[group] = { case: localName, value };
    },
  };
}

function protoName(field: DescField, localName: string): string {
  return field.parent.field[localName]?.name ?? localName;
}

/** Whether null is a value of this type, or of its elements, rather than the absence of one. */
export function takesNull(field: DescField): boolean {
  return (
    field.message?.typeName === "google.protobuf.Value" ||
    field.enum?.typeName === "google.protobuf.NullValue"
  );
}

/** Reads every member of an object; names in `skip` are not looked at. */
export function readMembers(
  members: ReadonlyMap<string, MemberReader>,
  message: Properties,
  json: Properties,
  ctx: ReadContext,
  place: Place | undefined,
  skip: ReadonlySet<string> = NOTHING,
): void {
  for (const key of Object.keys(json)) {
    if (skip.has(key)) continue;
    const member = members.get(key);
    if (member === undefined) {
      if (ctx.ignoreUnknown !== true) refuse(ctx, place, key, unknownField);
    } else if (isSecondName(member.field, key, json)) refuse(ctx, place, key, givenTwice);
    else member.read(message, json[key], ctx, place);
  }
}

/** The lowerCamelCase name beside the proto name of the same field. */
function isSecondName(field: DescField, key: string, json: Properties): boolean {
  return key !== field.name && Object.hasOwn(json, field.name);
}
