import {
  create,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Registry,
} from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  DurationSchema,
  FieldMaskSchema,
  isWrapperDesc,
  ListValueSchema,
  StructSchema,
  TimestampSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { parseDuration } from "./duration.ts";
import { parseFieldMask } from "./field-mask.ts";
import { checkElements, checkFreeJson } from "./free-json.ts";
import { isJsonObject, type Properties } from "./local-value.ts";
import { asMessage, type ReadValue, readTextWith, readWith, refuse } from "./read-context.ts";
import { jsonParser } from "./scalar-json.ts";
import { parseTimestamp } from "./timestamp.ts";
import { Invalid } from "./violation.ts";
import { hasOwnJsonForm } from "./well-known-writer.ts";

/** Gives the compiled reader of a message type. */
export type MessageReaders = (desc: DescMessage) => ReadValue;

const notComplete = new Invalid("lacks a field that its type requires");
const notAny = new Invalid('must be an object with an "@type" that the server knows');

/** The reader of a message with a JSON form of its own; undefined for all others. */
export function wellKnownReader(
  desc: DescMessage,
  registry: Registry | undefined,
  compile: MessageReaders,
): ReadValue | undefined {
  const read = formReader(desc, registry, compile);
  return read && asMessage(read);
}

function formReader(
  desc: DescMessage,
  registry: Registry | undefined,
  compile: MessageReaders,
): ReadValue | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return readTextWith((text) => orMessage(TimestampSchema, parseTimestamp(text)));
    case "google.protobuf.Duration":
      return readTextWith((text) => orMessage(DurationSchema, parseDuration(text)));
    case "google.protobuf.FieldMask":
      return readTextWith((text) => {
        const paths = parseFieldMask(text);
        return paths instanceof Invalid ? paths : create(FieldMaskSchema, { paths });
      });
    case "google.protobuf.Struct":
      return freeJsonReader(StructSchema);
    case "google.protobuf.Value":
      return freeJsonReader(ValueSchema);
    case "google.protobuf.ListValue":
      return freeJsonReader(ListValueSchema);
    case "google.protobuf.Any":
      return anyReader(registry, compile);
    default:
      return isWrapperDesc(desc) ? wrapperReader(desc) : undefined;
  }
}

function orMessage(desc: DescMessage, value: object): unknown {
  return value instanceof Invalid ? value : create(desc, value as Properties);
}

function wrapperReader(desc: DescMessage): ReadValue {
  const parse = jsonParser(desc.fields[0]!.scalar!, false);
  return readWith((json) => {
    if (json === null) return create(desc);
    const value = parse(json);
    return value instanceof Invalid ? value : create(desc, { value });
  });
}

/** protobuf-es builds the message, once its size and content are known to be fine. */
function freeJsonReader(desc: DescMessage): ReadValue {
  const check = desc.typeName === "google.protobuf.Value" ? checkFreeJson : checkElements;
  const wrongKind = new Invalid(
    desc.typeName === "google.protobuf.ListValue" ? "must be an array" : "must be an object",
  );
  return (json, ctx, parent, step) => {
    const invalid = check(json, ctx.depth);
    if (invalid !== undefined) return refuse(ctx, parent, step, invalid);
    try {
      return fromJson(desc, json as JsonValue, { recursionLimit: Number.MAX_SAFE_INTEGER });
    } catch {
      return refuse(ctx, parent, step, wrongKind);
    }
  };
}

function anyReader(registry: Registry | undefined, compile: MessageReaders): ReadValue {
  return (json, ctx, parent, step) => {
    if (!isJsonObject(json)) return refuse(ctx, parent, step, notAny);
    const { "@type": url, ...rest } = json;
    if (url === undefined && Object.keys(rest).length === 0) return create(AnySchema);
    const desc = typeof url === "string" ? findType(registry, url) : undefined;
    if (desc === undefined) return refuse(ctx, parent, step, notAny);
    const content = hasOwnJsonForm(desc) ? rest.value : rest;
    const message = compile(desc)(content, ctx, parent, step);
    // What is broken has no bytes, and is refused as a whole anyway.
    if (ctx.violations.any) return undefined;
    try {
      return anyPack(desc, message as never);
    } catch {
      return refuse(ctx, parent, step, notComplete);
    }
  };
}

function findType(registry: Registry | undefined, url: string): DescMessage | undefined {
  return registry?.getMessage(url.slice(url.lastIndexOf("/") + 1));
}
