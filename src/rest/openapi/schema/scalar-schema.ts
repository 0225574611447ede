import { ScalarType } from "@bufbuild/protobuf";
import type { JsonStyle } from "../../codec/json-style.ts";
import type { Schema } from "../open-api.ts";

const UINT32_MAX = 4294967295;

/** What the codec writes for a scalar, and asks for. It reads more spellings than this. */
export function scalarSchema(scalar: ScalarType, integers64: JsonStyle["integers64"]): Schema {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: "string" };
    case ScalarType.BOOL:
      return { type: "boolean" };
    case ScalarType.BYTES:
      return { type: "string", contentEncoding: "base64" };
    case ScalarType.DOUBLE:
      return floatSchema("double");
    case ScalarType.FLOAT:
      return floatSchema("float");
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: "integer", format: "int32" };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: "integer", format: "uint32", minimum: 0, maximum: UINT32_MAX };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return integer64Schema("uint64", integers64);
    default:
      return integer64Schema("int64", integers64);
  }
}

/** Beyond ±2^53 even those who write numbers write strings. */
function integer64Schema(format: string, integers64: JsonStyle["integers64"]): Schema {
  return { type: integers64 === "string" ? "string" : ["integer", "string"], format };
}

/** What is no number in JSON has names. */
function floatSchema(format: string): Schema {
  return {
    anyOf: [
      { type: "number", format },
      { type: "string", enum: ["NaN", "Infinity", "-Infinity"] },
    ],
  };
}

/** A scalar as text, in a path, a query or a header: always one type, and exact. */
export function scalarTextSchema(scalar: ScalarType): Schema {
  const schema = scalarSchema(scalar, "number");
  return Array.isArray(schema.type) ? { ...schema, type: "integer" } : schema;
}
