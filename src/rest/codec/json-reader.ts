import { create, type DescField, type DescMessage, type Registry } from "@bufbuild/protobuf";
import { checkEnumNumber, enumNames } from "./enum-names.ts";
import { isOutputOnly } from "./field-behavior.ts";
import { checkElements } from "./free-json.ts";
import {
  holdsJsonObject,
  holdsWrappedScalar,
  isJsonObject,
  type Properties,
  setKey,
} from "./local-value.ts";
import { fieldReader, type MemberReader, readMembers, takesNull } from "./member-reader.ts";
import { asMessage, type ReadContext, type ReadValue, readWith, refuse } from "./read-context.ts";
import { jsonParser } from "./scalar-json.ts";
import { mapKeyParser } from "./scalar-text.ts";
import { Invalid, type Place, type Step } from "./violation.ts";
import { type MessageReaders, wellKnownReader } from "./well-known-reader.ts";

/** Reads parsed JSON into messages, by closures compiled once per message type. */
export interface JsonReader {
  /** The reader of a message type. */
  message(desc: DescMessage): ReadValue;
  /** The reader of one field, which sets it in a message. */
  member(field: DescField): MemberReader;
  /**
   * A reader that fills a message from a JSON object, at the top of a document.
   * Members named in `skip` are not looked at.
   */
  object(desc: DescMessage, skip: ReadonlySet<string>): ReadObject;
}

/** Fills a message from a JSON value. What is wrong is reported to the context. */
export type ReadObject = (message: Properties, json: unknown, ctx: ReadContext) => void;

const notObject = new Invalid("must be an object");
const notArray = new Invalid("must be an array");
const sameKey = new Invalid("is given twice, in another spelling");
const nullElement = new Invalid("must not be null");
const notEnum = new Invalid("must be the name of a value, or its number");

/** `registry` finds the types inside of google.protobuf.Any. */
export function createJsonReader(registry?: Registry): JsonReader {
  const readers = new Map<DescMessage, ReadValue>();
  const memberMaps = new Map<DescMessage, ReadonlyMap<string, MemberReader>>();

  const compile: MessageReaders = (desc) => {
    const known = readers.get(desc) ?? wellKnownReader(desc, registry, compile);
    if (known !== undefined) {
      readers.set(desc, known);
      return known;
    }
    const read = asMessage((json, ctx, parent, step) =>
      readMessage(desc, members(desc), json, ctx, { parent, step }),
    );
    readers.set(desc, read); // before its fields: types may contain themselves
    members(desc);
    return read;
  };

  const members = (desc: DescMessage): ReadonlyMap<string, MemberReader> => {
    let map = memberMaps.get(desc);
    if (map === undefined) {
      map = new Map();
      memberMaps.set(desc, map);
      for (const field of desc.fields) addMember(map as Map<string, MemberReader>, field, compile);
    }
    return map;
  };

  return {
    message: compile,
    member: (field) => fieldReader(field, valueReader(field, compile)),
    object: (desc, skip) => {
      const map = members(desc);
      return (message, json, ctx) => {
        if (!isJsonObject(json)) ctx.violations.add("body", notObject.description);
        else readMembers(map, message, json, ctx, undefined, skip);
      };
    },
  };
}

/** Both names of a field lead to it. What a field marked OUTPUT_ONLY is sent is skipped. */
function addMember(map: Map<string, MemberReader>, field: DescField, compile: MessageReaders) {
  const member = isOutputOnly(field)
    ? fieldReader(field, undefined)
    : fieldReader(field, valueReader(field, compile));
  map.set(field.name, member);
  map.set(field.jsonName, member);
}

function readMessage(
  desc: DescMessage,
  members: ReadonlyMap<string, MemberReader>,
  json: unknown,
  ctx: ReadContext,
  place: Place,
): unknown {
  if (!isJsonObject(json)) return refuse(ctx, place.parent, place.step, notObject);
  const message = create(desc);
  readMembers(members, message as unknown as Properties, json, ctx, place);
  return message;
}

/** The reader of a value as the field keeps it: a list or map as a whole. */
function valueReader(field: DescField, compile: MessageReaders): ReadValue {
  switch (field.fieldKind) {
    case "scalar":
      return readWith(jsonParser(field.scalar, field.longAsString));
    case "enum":
      return enumReader(field);
    case "message":
      if (holdsWrappedScalar(field)) {
        return asMessage(readWith(jsonParser(field.message.fields[0]!.scalar!, false)));
      }
      return holdsJsonObject(field) ? readJsonObject : compile(field.message);
    case "list":
      return listReader(elementReader(field, compile), takesNull(field));
    case "map":
      return mapReader(field, elementReader(field, compile), takesNull(field));
  }
}

function elementReader(
  field: DescField & { fieldKind: "list" | "map" },
  compile: MessageReaders,
): ReadValue {
  if (field.enum !== undefined) return enumReader(field);
  if (field.message !== undefined) {
    return holdsJsonObject(field) ? readJsonObject : compile(field.message);
  }
  return readWith(jsonParser(field.scalar, field.fieldKind === "list" && field.longAsString));
}

function enumReader(field: DescField): ReadValue {
  const desc = field.enum!;
  if (desc.typeName === "google.protobuf.NullValue") {
    return readWith((json) => (json === null || json === "NULL_VALUE" || json === 0 ? 0 : notEnum));
  }
  const names = enumNames(desc);
  return readWith((json) => {
    if (typeof json === "string") return names.parse(json);
    return typeof json === "number" ? (checkEnumNumber(desc, json) ?? notEnum) : notEnum;
  });
}

/** A Struct's field holds the parsed JSON itself: nothing is copied. */
const readJsonObject = asMessage((json, ctx, parent, step) => {
  if (!isJsonObject(json)) return refuse(ctx, parent, step, notObject);
  const invalid = checkElements(json, ctx.depth);
  return invalid === undefined ? json : refuse(ctx, parent, step, invalid);
});

function listReader(read: ReadValue, nulls: boolean): ReadValue {
  return (json, ctx, parent, step) => {
    if (!Array.isArray(json)) return refuse(ctx, parent, step, notArray);
    const place = { parent, step };
    const list: unknown[] = [];
    for (let i = 0; i < json.length; i++) {
      const item: unknown = json[i];
      if (item === null && !nulls) refuse(ctx, place, i, nullElement);
      else list.push(read(item, ctx, place, i));
    }
    return list;
  };
}

function mapReader(
  field: DescField & { fieldKind: "map" },
  read: ReadValue,
  nulls: boolean,
): ReadValue {
  const parseKey = mapKeyParser(field.mapKey);
  return (json, ctx, parent, step) => {
    if (!isJsonObject(json)) return refuse(ctx, parent, step, notObject);
    const place = { parent, step };
    const map: Properties = {};
    for (const key of Object.keys(json)) {
      const keyStep: Step = { key };
      const parsed = parseKey(key);
      const item = json[key];
      if (parsed instanceof Invalid) refuse(ctx, place, keyStep, keyInvalid(parsed));
      else if (item === null && !nulls) refuse(ctx, place, keyStep, nullElement);
      else if (Object.hasOwn(map, String(parsed))) refuse(ctx, place, keyStep, sameKey);
      else setKey(map, String(parsed), read(item, ctx, place, keyStep));
    }
    return map;
  };
}

function keyInvalid({ description }: Invalid): Invalid {
  return new Invalid(`has a key that ${description}`);
}
