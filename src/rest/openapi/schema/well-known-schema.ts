import type { DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { JsonStyle } from "../../codec/json-style.ts";
import type { Schema } from "../open-api.ts";
import { scalarSchema } from "./scalar-schema.ts";

/** A path as the names of fields, `a.b_c` or `a.bC`; `*` is all of them. */
const MASK_PATH = String.raw`(?:\w+|\*)(?:\.(?:\w+|\*))*`;

const FIXED: Readonly<Record<string, Schema>> = {
  "google.protobuf.Timestamp": { type: "string", format: "date-time" },
  "google.protobuf.Duration": {
    type: "string",
    pattern: String.raw`^-?[0-9]+(?:\.[0-9]{1,9})?s$`,
    examples: ["1.5s"],
  },
  "google.protobuf.FieldMask": {
    type: "string",
    pattern: `^(?:${MASK_PATH}(?:,${MASK_PATH})*)?$`,
  },
  "google.protobuf.Struct": { type: "object", additionalProperties: true },
  "google.protobuf.ListValue": { type: "array", items: {} },
  "google.protobuf.Value": {},
  "google.protobuf.Any": {
    type: "object",
    properties: { "@type": { type: "string" } },
    additionalProperties: true,
  },
};

/** The schema of a message with a JSON form of its own; undefined for all others. */
export function wellKnownSchema(desc: DescMessage, style: JsonStyle): Schema | undefined {
  const fixed = FIXED[desc.typeName];
  if (fixed !== undefined) return fixed;
  if (!isWrapperDesc(desc)) return undefined;
  return scalarSchema(desc.fields[0]!.scalar!, style.integers64);
}
