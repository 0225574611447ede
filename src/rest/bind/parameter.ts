import { create, type DescField } from "@bufbuild/protobuf";
import {
  DurationSchema,
  FieldMaskSchema,
  isWrapperDesc,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import { parseDuration } from "../codec/duration.ts";
import { enumNames } from "../codec/enum-names.ts";
import { parseFieldMask } from "../codec/field-mask.ts";
import { holdsWrappedScalar, type Properties } from "../codec/local-value.ts";
import { type ParseText, textParser } from "../codec/scalar-text.ts";
import { parseTimestamp } from "../codec/timestamp.ts";
import { Invalid } from "../codec/violation.ts";
import { descend, type FieldPath, setSingular } from "./field-path.ts";

const parsers = new WeakMap<DescField, ParseText | "none">();

/**
 * The parser for a field given as text in a path, a query or a header; undefined
 * for fields that have no text form: maps, and messages other than Timestamp,
 * Duration, FieldMask and the wrappers. For a list it parses one element.
 */
export function parameterParser(field: DescField): ParseText | undefined {
  let parse = parsers.get(field);
  if (parse === undefined) {
    parse = compileParser(field) ?? "none";
    parsers.set(field, parse);
  }
  return parse === "none" ? undefined : parse;
}

function compileParser(field: DescField): ParseText | undefined {
  if (field.fieldKind === "map") return undefined;
  if (field.enum !== undefined) return enumNames(field.enum).parse;
  if (field.scalar !== undefined) return textParser(field.scalar, field.longAsString);
  return field.message && messageParser(field as DescField & { message: object });
}

function messageParser(field: DescField): ParseText | undefined {
  const desc = field.message!;
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return (text) => andThen(parseTimestamp(text), (time) => create(TimestampSchema, time));
    case "google.protobuf.Duration":
      return (text) => andThen(parseDuration(text), (time) => create(DurationSchema, time));
    case "google.protobuf.FieldMask":
      return (text) => andThen(parseFieldMask(text), (paths) => create(FieldMaskSchema, { paths }));
  }
  if (!isWrapperDesc(desc)) return undefined;
  const parse = textParser(desc.fields[0]!.scalar!, false);
  if (field.fieldKind === "message" && holdsWrappedScalar(field)) return parse;
  return (text) => andThen(parse(text), (value) => create(desc, { value }));
}

function andThen<T>(value: T | Invalid, make: (value: T) => unknown): unknown {
  return value instanceof Invalid ? value : make(value);
}

/** Parses a text and puts it into the field; a list gets one more element. */
export function setParameter(
  message: Properties,
  path: FieldPath,
  text: string,
): Invalid | undefined {
  const parse = parameterParser(path.leaf);
  if (parse === undefined) return new Invalid("cannot be given as text");
  const value = parse(text);
  if (value instanceof Invalid) return value;
  const holder = descend(message, path);
  if (holder instanceof Invalid) return holder;
  if (path.leaf.fieldKind !== "list") return setSingular(holder, path.leaf, value);
  (holder[path.leaf.localName] as unknown[]).push(value);
  return undefined;
}
