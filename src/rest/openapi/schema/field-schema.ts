import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { JsonStyle } from "../../codec/json-style.ts";
import { hasImplicitPresence, isRequired } from "../../codec/local-value.ts";
import type { Schema } from "../open-api.ts";
import { enumElementNames, enumNamesOf, zeroIsNull } from "./enum-schema.ts";
import { elementRules, keyRules, limits, mustBeGiven, refusedNumbers, rulesOf } from "./limits.ts";
import { nullable } from "./nullable.ts";
import { scalarSchema, scalarTextSchema } from "./scalar-schema.ts";

/** What a field's schema is made of. */
export interface SchemaOf {
  readonly style: JsonStyle;
  readonly message: (desc: DescMessage) => Schema;
  readonly enumeration: (desc: DescEnum) => Schema;
}

type Rules = ReturnType<typeof rulesOf>;

/**
 * A field's value in JSON. Limits are stated for what callers send only: answers may
 * hold what was stored when the limits were others.
 */
export function fieldSchema(field: DescField, direction: "input" | "output", of: SchemaOf): Schema {
  const rules = direction === "input" ? rulesOf(field) : undefined;
  const schema = valueSchema(field, rules, of);
  const given = direction === "input" && mustBeGiven(field);
  return isNullWhenUnset(field, of.style) && !given ? nullable(schema) : schema;
}

/** Whether an answer always has this member. */
export function isNeverUnset(field: DescField, { unset }: JsonStyle): boolean {
  if (field.oneof !== undefined) return false;
  return unset === "null" || isPlural(field) || hasImplicitPresence(field) || isRequired(field);
}

/** A field as text in a path, a query or a header. Null has no text. */
export function textSchema(field: DescField, of: SchemaOf): Schema {
  const rules = rulesOf(field);
  if (field.fieldKind !== "list") return { ...textValueSchema(field, of), ...limits(rules) };
  const element = { ...textValueSchema(field, of), ...limits(elementRules(rules)) };
  return { type: "array", items: element, ...limits(rules) };
}

function textValueSchema(field: DescField, of: SchemaOf): Schema {
  if (field.scalar !== undefined) return scalarTextSchema(field.scalar);
  if (field.enum !== undefined) return of.enumeration(field.enum);
  const { message } = field;
  if (message && isWrapperDesc(message)) return scalarTextSchema(message.fields[0]!.scalar!);
  return message ? of.message(message) : {};
}

function isPlural({ fieldKind }: DescField): boolean {
  return fieldKind === "list" || fieldKind === "map";
}

/** An enum's zero has no name outside of lists and maps, wherever it stands. */
function isNullWhenUnset(field: DescField, style: JsonStyle): boolean {
  if (isPlural(field) || isRequired(field)) return false;
  if (field.enum !== undefined && zeroIsNull(field.enum, style)) return true;
  if (field.oneof !== undefined) return false;
  return !hasImplicitPresence(field) && style.unset === "null";
}

function valueSchema(field: DescField, rules: Rules, of: SchemaOf): Schema {
  switch (field.fieldKind) {
    case "scalar":
      return { ...scalarSchema(field.scalar, of.style.integers64), ...limits(rules) };
    case "enum":
      return { ...singleEnum(field.enum, of), ...refusal(field.enum, rules, of) };
    case "message":
      return { ...of.message(field.message), ...limits(rules) };
    case "list":
      return { type: "array", items: elementSchema(field, rules, of), ...limits(rules) };
    case "map": {
      const names = limits(keyRules(rules));
      return {
        type: "object",
        additionalProperties: elementSchema(field, rules, of),
        ...(Object.keys(names).length > 0 && { propertyNames: names }),
        ...limits(rules),
      };
    }
  }
}

function elementSchema(
  field: DescField & { fieldKind: "list" | "map" },
  rules: Rules,
  of: SchemaOf,
): Schema {
  const element = limits(elementRules(rules));
  if (field.scalar !== undefined) {
    return { ...scalarSchema(field.scalar, of.style.integers64), ...element };
  }
  if (field.message !== undefined) return { ...of.message(field.message), ...element };
  return elementEnum(field.enum, of);
}

function singleEnum(desc: DescEnum, of: SchemaOf): Schema {
  return isNullValue(desc) ? { type: "null" } : of.enumeration(desc);
}

/** Inside of lists and maps the zero value has its name too. */
function elementEnum(desc: DescEnum, of: SchemaOf): Schema {
  if (isNullValue(desc)) return { type: "null" };
  if (!zeroIsNull(desc, of.style)) return of.enumeration(desc);
  return { type: "string", enum: enumElementNames(desc, of.style) };
}

function isNullValue(desc: DescEnum): boolean {
  return desc.typeName === "google.protobuf.NullValue";
}

/** Zero is no name here where it stands for null: that it must be given says `required`. */
function refusal(desc: DescEnum, rules: Rules, { style }: SchemaOf): Schema {
  const numbers = refusedNumbers(rules).filter((it) => it !== 0 || !zeroIsNull(desc, style));
  const names = enumNamesOf(desc, numbers, style);
  return names.length === 0 ? {} : { not: { enum: names } };
}
