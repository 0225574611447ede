import { ScalarType } from "@bufbuild/protobuf";
import { quote } from "./quote.ts";
import { plainDigits } from "./quoted-integer.ts";
import {
  fitFloat,
  fitInteger,
  parseBytes,
  parseDouble,
  parseString,
  textParser,
} from "./scalar-text.ts";
import { Invalid } from "./violation.ts";

/** A value as protobuf-es keeps it, or why the JSON value is none. */
export type ParseJson = (json: unknown) => unknown;

/** A value as protobuf-es keeps it, as JSON text. */
export type WriteJson = (value: unknown) => string;

const MAX_EXACT = 2 ** 53;
const MAX_EXACT_BIGINT = 2n ** 53n;

const notString = new Invalid("must be a string");
const notBoolean = new Invalid("must be true or false");
const notNumber = new Invalid("must be a number");
const notInteger = new Invalid("must be an integer");
const inexact = new Invalid(
  "is beyond 2^53, where JSON numbers are not exact: send it as a string",
);

/** The parser for a scalar in a JSON document. */
export function jsonParser(scalar: ScalarType, longAsString: boolean): ParseJson {
  switch (scalar) {
    case ScalarType.STRING:
      return (json) => (typeof json === "string" ? parseString(json) : notString);
    case ScalarType.BOOL:
      return (json) => (typeof json === "boolean" ? json : notBoolean);
    case ScalarType.BYTES:
      return (json) => (typeof json === "string" ? parseBytes(json) : notString);
    case ScalarType.DOUBLE:
      return parseJsonDouble;
    case ScalarType.FLOAT:
      return (json) => fitFloat(parseJsonDouble(json));
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return int32Parser(scalar, -2147483648, 2147483647);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return int32Parser(scalar, 0, 4294967295);
    default:
      return int64Parser(scalar, longAsString);
  }
}

/** `1e999` is a number to `JSON.parse`, but not one it can keep. */
function parseJsonDouble(json: unknown): number | Invalid {
  if (typeof json === "number") return Number.isFinite(json) ? json : notNumber;
  return typeof json === "string" ? parseDouble(json) : notNumber;
}

function int32Parser(scalar: ScalarType, min: number, max: number): ParseJson {
  const parseText = textParser(scalar, false);
  return (json) => {
    if (typeof json === "number") return fitInteger(json, min, max);
    return typeof json === "string" ? parseText(plainDigits(json)) : notInteger;
  };
}

function int64Parser(scalar: ScalarType, longAsString: boolean): ParseJson {
  const parseText = textParser(scalar, longAsString);
  return (json) => {
    if (typeof json === "string") return parseText(plainDigits(json));
    if (typeof json !== "number" || !Number.isInteger(json)) return notInteger;
    return Math.abs(json) <= MAX_EXACT ? parseText(BigInt(json).toString()) : inexact;
  };
}

/** The writer for a scalar. */
export function jsonWriter(scalar: ScalarType, integers64: "number" | "string"): WriteJson {
  switch (scalar) {
    case ScalarType.STRING:
      return quote as WriteJson;
    case ScalarType.BOOL:
      return (value) => (value === true ? "true" : "false");
    case ScalarType.BYTES:
      return writeBytes;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return writeDouble;
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return (value) => `${value}`;
    default:
      return integers64 === "string" ? (value) => `"${value}"` : writeInt64;
  }
}

function writeInt64(value: unknown): string {
  const number = BigInt(value as bigint | string);
  const exact = number <= MAX_EXACT_BIGINT && number >= -MAX_EXACT_BIGINT;
  return exact ? `${number}` : `"${number}"`;
}

function writeDouble(value: unknown): string {
  const number = value as number;
  return Number.isFinite(number) ? `${number}` : `"${number}"`;
}

function writeBytes(value: unknown): string {
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return `"${Buffer.from(buffer, byteOffset, byteLength).toString("base64")}"`;
}
