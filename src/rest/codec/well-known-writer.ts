import type { DescMessage, Message, Registry } from "@bufbuild/protobuf";
import {
  type Any,
  anyUnpack,
  type FieldMask,
  isWrapperDesc,
  type ListValue,
  type Struct,
  type Value,
} from "@bufbuild/protobuf/wkt";
import { formatDuration } from "./duration.ts";
import { formatFieldMask } from "./field-mask.ts";
import { listToJson, structToJson, valueToJson } from "./free-json.ts";
import type { JsonStyle } from "./json-style.ts";
import type { Properties } from "./local-value.ts";
import { quote } from "./quote.ts";
import { jsonWriter, type WriteJson } from "./scalar-json.ts";
import { formatTimestamp, type SecondsNanos } from "./timestamp.ts";

/** Gives the compiled writer of a message type. */
export type MessageWriters = (desc: DescMessage) => WriteJson;

/** The writer of a message with a JSON form of its own; undefined for all others. */
export function wellKnownWriter(
  desc: DescMessage,
  style: JsonStyle,
  registry: Registry | undefined,
  compile: MessageWriters,
): WriteJson | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return (value) => `"${formatTimestamp(value as SecondsNanos)}"`;
    case "google.protobuf.Duration":
      return (value) => `"${formatDuration(value as SecondsNanos)}"`;
    case "google.protobuf.FieldMask":
      return (value) => quote(formatFieldMask((value as FieldMask).paths, style.names));
    case "google.protobuf.Struct":
      return (value) => JSON.stringify(structToJson(value as Struct));
    case "google.protobuf.Value":
      return (value) => JSON.stringify(valueToJson(value as Value));
    case "google.protobuf.ListValue":
      return (value) => JSON.stringify(listToJson(value as ListValue));
    case "google.protobuf.Any":
      return (value) => writeAny(value as Any, registry, compile);
    default:
      return isWrapperDesc(desc) ? wrapperWriter(desc, style) : undefined;
  }
}

function wrapperWriter(desc: DescMessage, style: JsonStyle): WriteJson {
  const write = jsonWriter(desc.fields[0]!.scalar!, style.integers64);
  return (message) => write((message as Properties).value);
}

/** A type the registry does not know keeps its bytes: better than failing the whole answer. */
function writeAny(any: Any, registry: Registry | undefined, compile: MessageWriters): string {
  if (any.typeUrl === "") return "{}";
  const type = `"@type":${quote(any.typeUrl)}`;
  const message = registry === undefined ? undefined : unpack(any, registry);
  const desc = message && registry?.getMessage(message.$typeName);
  if (desc === undefined) {
    return `{${type},"value":"${Buffer.from(any.value).toString("base64")}"}`;
  }
  const text = compile(desc)(message);
  if (hasOwnJsonForm(desc)) return `{${type},"value":${text}}`;
  return text === "{}" ? `{${type}}` : `{${type},${text.slice(1)}`;
}

function unpack(any: Any, registry: Registry): Message | undefined {
  try {
    return anyUnpack(any, registry);
  } catch {
    return undefined; // bytes that are no such message
  }
}

/** Whether a type is written in a form of its own, so that an Any holds it under `value`. */
export function hasOwnJsonForm(desc: DescMessage): boolean {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
    case "google.protobuf.Duration":
    case "google.protobuf.FieldMask":
    case "google.protobuf.Struct":
    case "google.protobuf.Value":
    case "google.protobuf.ListValue":
    case "google.protobuf.Any":
      return true;
    default:
      return isWrapperDesc(desc);
  }
}
