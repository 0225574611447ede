import { ScalarType } from "@bufbuild/protobuf";
import { Invalid } from "./violation.ts";

/** A value as protobuf-es keeps it, or why the input is none. */
export type ParseText = (text: string) => unknown;

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
const FLOAT = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const BASE64 = /^([A-Za-z0-9+/_-]*)={0,2}$/;
const MAX_FLOAT = 3.4028235677973366e38; // from here on a float32 rounds to infinity

const notInteger = new Invalid("must be an integer");
const notNumber = new Invalid("must be a number");
const notFloat = new Invalid("must be a number that fits a 32-bit float");
const notBoolean = new Invalid("must be true or false");
const notBase64 = new Invalid("must be base64");
const notText = new Invalid("must be valid Unicode text");

/** The parser for a scalar given as text: a path segment, a query value, a string in JSON. */
export function textParser(scalar: ScalarType, longAsString: boolean): ParseText {
  switch (scalar) {
    case ScalarType.STRING:
      return parseString;
    case ScalarType.BOOL:
      return parseBoolean;
    case ScalarType.BYTES:
      return parseBytes;
    case ScalarType.DOUBLE:
      return parseDouble;
    case ScalarType.FLOAT:
      return (text) => fitFloat(parseDouble(text));
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return (text) => parseInt32(text, -2147483648, 2147483647);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return (text) => parseInt32(text, 0, 4294967295);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return int64Parser(0n, (1n << 64n) - 1n, longAsString);
    default:
      return int64Parser(-(1n << 63n), (1n << 63n) - 1n, longAsString);
  }
}

/** The parser for a key of a map. Unlike a parameter, a bool is spelt `true` or `false`. */
export function mapKeyParser(scalar: ScalarType): ParseText {
  if (scalar !== ScalarType.BOOL) return textParser(scalar, false);
  return (text) => (text === "1" || text === "0" ? notBoolean : parseBoolean(text));
}

/** Lone surrogates have no UTF-8 form, so the binary protocols could not carry them. */
export function parseString(text: string): string | Invalid {
  return text.isWellFormed() ? text : notText;
}

function parseBoolean(text: string): boolean | Invalid {
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : notBoolean;
}

/** Standard and URL alphabet, padding optional. */
export function parseBytes(text: string): Uint8Array | Invalid {
  const digits = BASE64.exec(text)?.[1];
  if (digits === undefined || digits.length % 4 === 1) return notBase64;
  // A copy of its own: small Buffers share a pool, which would be kept alive.
  return new Uint8Array(Buffer.from(text, "base64"));
}

export function parseDouble(text: string): number | Invalid {
  if (text === "NaN") return Number.NaN;
  if (text === "Infinity") return Number.POSITIVE_INFINITY;
  if (text === "-Infinity") return Number.NEGATIVE_INFINITY;
  if (!FLOAT.test(text)) return notNumber;
  const number = Number(text);
  return Number.isFinite(number) ? number : notNumber;
}

export function fitFloat(number: number | Invalid): number | Invalid {
  if (number instanceof Invalid || !Number.isFinite(number)) return number;
  return Math.abs(number) < MAX_FLOAT ? number : notFloat;
}

function parseInt32(text: string, min: number, max: number): number | Invalid {
  return INTEGER.test(text) ? fitInteger(Number(text), min, max) : notInteger;
}

export function fitInteger(number: number, min: number, max: number): number | Invalid {
  if (!Number.isInteger(number)) return notInteger;
  if (number < min || number > max) return new Invalid(`must be between ${min} and ${max}`);
  return number === 0 ? 0 : number; // -0 is the integer 0
}

/** Text of more than 20 digits is refused before it costs a large BigInt. */
function int64Parser(min: bigint, max: bigint, longAsString: boolean): ParseText {
  const outOfRange = new Invalid(`must be between ${min} and ${max}`);
  return (text) => {
    if (!INTEGER.test(text)) return notInteger;
    if (text.length > 20) return outOfRange;
    const number = BigInt(text);
    if (number < min || number > max) return outOfRange;
    return longAsString ? number.toString() : number;
  };
}
