import type { DescEnum, DescField, DescMessage, Message, Registry } from "@bufbuild/protobuf";
import { enumNames } from "./enum-names.ts";
import { isInputOnly } from "./field-behavior.ts";
import type { JsonStyle } from "./json-style.ts";
import {
  hasImplicitPresence,
  holdsJsonObject,
  holdsWrappedScalar,
  isRequired,
  type OneofValue,
  type Properties,
  presenceGetter,
} from "./local-value.ts";
import { quote } from "./quote.ts";
import { jsonWriter, type WriteJson } from "./scalar-json.ts";
import { type MessageWriters, wellKnownWriter } from "./well-known-writer.ts";
import { writeFrozenOnce } from "./write-once.ts";

/** Writes messages as JSON text, by closures compiled once per message type. */
export interface JsonWriter {
  /** The writer of a message type. Compile at start-up, call per message. */
  message(desc: DescMessage): (message: Message) => string;
  /** The writer of one field's value alone; an unset one is `null`, `[]`, `{}` or zero. */
  field(field: DescField): (message: Message) => string;
}

/** One member of an object. `undefined` leaves it out. */
interface Member {
  readonly key: string;
  readonly nextKey: string;
  readonly value: (message: Properties) => string | undefined;
}

/** `registry` finds the types inside of google.protobuf.Any. */
export function createJsonWriter(style: JsonStyle, registry?: Registry): JsonWriter {
  const writers = new Map<DescMessage, WriteJson>();
  const compile: MessageWriters = (desc) => {
    const known = writers.get(desc) ?? wellKnownWriter(desc, style, registry, compile);
    if (known !== undefined) {
      writers.set(desc, known);
      return known;
    }
    const members: Member[] = [];
    const write: WriteJson = (message) => writeObject(members, message as Properties);
    writers.set(desc, write); // before its fields: types may contain themselves
    for (const field of desc.fields) {
      if (!isInputOnly(field)) members.push(compileMember(field, style, compile));
    }
    return write;
  };
  return {
    message: (desc) => writeFrozenOnce(compile(desc)),
    field: (field) => compileLoneField(field, style, (desc) => writeFrozenOnce(compile(desc))),
  };
}

function writeObject(members: readonly Member[], message: Properties): string {
  let text = "{";
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const value = member.value(message);
    if (value !== undefined) text += (text.length === 1 ? member.key : member.nextKey) + value;
  }
  return `${text}}`;
}

function compileMember(field: DescField, style: JsonStyle, compile: MessageWriters): Member {
  const key = `${quote(style.names === "proto" ? field.name : field.jsonName)}:`;
  return { key, nextKey: `,${key}`, value: compileField(field, style, compile) };
}

function compileField(field: DescField, style: JsonStyle, compile: MessageWriters) {
  const name = field.localName;
  const write = compileValue(field, style, compile);
  if (field.oneof !== undefined) {
    const group = field.oneof.localName;
    return (message: Properties) => {
      const oneof = message[group] as OneofValue;
      return oneof.case === name ? write(oneof.value) : undefined;
    };
  }
  if (field.fieldKind === "list" || field.fieldKind === "map" || hasImplicitPresence(field)) {
    return (message: Properties) => write(message[name]);
  }
  const get = presenceGetter(field);
  const unset = style.unset === "null" ? "null" : undefined;
  const required = isRequired(field);
  return (message: Properties) => {
    const value = get(message);
    if (value !== undefined) return write(value);
    if (required) throw new Error(`${field} is required and not set`);
    return unset;
  };
}

function compileLoneField(field: DescField, style: JsonStyle, compile: MessageWriters) {
  const write = compileField(field, style, compile);
  return (message: Message) => write(message as unknown as Properties) ?? "null";
}

/** The writer of a value as the field keeps it: a list or map as a whole. */
function compileValue(field: DescField, style: JsonStyle, compile: MessageWriters): WriteJson {
  switch (field.fieldKind) {
    case "scalar":
      return jsonWriter(field.scalar, style.integers64);
    case "enum":
      return enumWriter(field.enum, style, true);
    case "message":
      if (holdsJsonObject(field)) return JSON.stringify;
      if (holdsWrappedScalar(field)) {
        return jsonWriter(field.message.fields[0]!.scalar!, style.integers64);
      }
      return compile(field.message);
    case "list":
      return listWriter(compileElement(field, style, compile));
    case "map":
      return mapWriter(compileElement(field, style, compile));
  }
}

function compileElement(
  field: DescField & { fieldKind: "list" | "map" },
  style: JsonStyle,
  compile: MessageWriters,
): WriteJson {
  if (field.scalar !== undefined) return jsonWriter(field.scalar, style.integers64);
  if (field.enum !== undefined) return enumWriter(field.enum, style, false);
  return holdsJsonObject(field) ? JSON.stringify : compile(field.message);
}

/** Inside of lists and maps a zero value keeps its name, so that what was written can be read. */
function enumWriter(desc: DescEnum, style: JsonStyle, zeroIsNull: boolean): WriteJson {
  if (desc.typeName === "google.protobuf.NullValue") return () => "null";
  const { short } = enumNames(desc);
  const texts = new Map<unknown, string>();
  for (const { number, name, jsonName } of desc.values) {
    if (texts.has(number)) continue;
    const unspecified = number === 0 && name.endsWith("UNSPECIFIED");
    if (style.enums === "full") texts.set(number, quote(jsonName));
    else texts.set(number, unspecified && zeroIsNull ? "null" : quote(short.get(number)!));
  }
  return (value) => texts.get(value) ?? `${value}`;
}

function listWriter(write: WriteJson): WriteJson {
  return (value) => {
    const list = value as readonly unknown[];
    let text = "[";
    for (let i = 0; i < list.length; i++) text += (i === 0 ? "" : ",") + write(list[i]);
    return `${text}]`;
  };
}

function mapWriter(write: WriteJson): WriteJson {
  return (value) => {
    const map = value as Properties;
    let text = "{";
    for (const key of Object.keys(map)) {
      text += `${text.length === 1 ? "" : ","}${quote(key)}:${write(map[key])}`;
    }
    return `${text}}`;
  };
}
