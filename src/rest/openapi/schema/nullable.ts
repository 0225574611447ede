import type { Schema } from "../open-api.ts";

/** The schema with null as one more value. */
export function nullable(schema: Schema): Schema {
  if (Object.keys(schema).length === 0) return schema; // takes everything already
  if (typeof schema.type === "string" && schema.enum === undefined) {
    return { ...schema, type: [schema.type, "null"] };
  }
  if (Array.isArray(schema.type)) return { ...schema, type: [...schema.type, "null"] };
  return { anyOf: [...(isBareChoice(schema) ? schema.anyOf : [schema]), { type: "null" }] };
}

function isBareChoice(schema: Schema): schema is Schema & { anyOf: readonly Schema[] } {
  return schema.anyOf !== undefined && Object.keys(schema).length === 1;
}
