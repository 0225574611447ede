import {
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import {
  type FieldRules,
  field as fieldRules,
  message as messageRules,
  oneof as oneofRules,
} from "../../../../gen/buf/validate/validate_pb.js";
import { formatDuration } from "../../codec/duration.ts";
import { hasImplicitPresence } from "../../codec/local-value.ts";
import type { Schema } from "../open-api.ts";

// protovalidate's rules as JSON Schema, as far as it has words for them. What it
// has none for stands under `x-` names: a length in bytes, bounds of a duration.

/** The rules of a field; undefined: none. */
export function rulesOf(field: DescField): FieldRules | undefined {
  return hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
}

/** The limits of one value. Those of the elements of a list or map are not in it. */
export function limits(rules: FieldRules | undefined): Schema {
  const type = rules?.type;
  switch (type?.case) {
    case "int32":
    case "uint32":
      return defined({
        minimum: type.value.greaterThan.value,
        maximum: type.value.lessThan.value,
      });
    case "string": {
      const { minLen, maxLen, maxBytes, pattern } = type.value;
      // No text has more code points than bytes.
      const longest = [maxLen, maxBytes].filter((length) => length > 0n).map(Number);
      return defined({
        minLength: positive(minLen),
        maxLength: longest.length === 0 ? undefined : Math.min(...longest),
        pattern: pattern === "" ? undefined : pattern,
        "x-max-bytes": positive(maxBytes),
      });
    }
    case "bytes":
      return defined({ "x-max-bytes": positive(type.value.maxLen) });
    case "repeated":
      return defined({
        minItems: positive(type.value.minItems),
        maxItems: positive(type.value.maxItems),
      });
    case "map":
      return defined({ maxProperties: positive(type.value.maxPairs) });
    case "duration":
      return durationLimits(type.value.greaterThan, type.value.lessThan);
    default:
      return {};
  }
}

interface Bound {
  readonly case: string | undefined;
  readonly value?: Duration | undefined;
}

function durationLimits(lower: Bound, upper: Bound): Schema {
  const text = ({ value }: Bound) => value && formatDuration(value);
  const name = lower.case === "gt" ? "x-exclusive-minimum" : "x-minimum";
  return defined({ [name]: text(lower), "x-maximum": text(upper) });
}

/** Rules for each element of a list, or each value of a map. */
export function elementRules(rules: FieldRules | undefined): FieldRules | undefined {
  if (rules?.type.case === "repeated") return rules.type.value.items;
  return rules?.type.case === "map" ? rules.type.value.values : undefined;
}

/** Rules for each key of a map. */
export function keyRules(rules: FieldRules | undefined): FieldRules | undefined {
  return rules?.type.case === "map" ? rules.type.value.keys : undefined;
}

/** Numbers of an enum that are refused. */
export function refusedNumbers(rules: FieldRules | undefined): readonly number[] {
  return rules?.type.case === "enum" ? rules.type.value.notIn : [];
}

/**
 * Whether a request without the field breaks its rules. Where unset and zero are the
 * same, a rule that refuses zero does.
 */
export function mustBeGiven(field: DescField, rules = rulesOf(field)): boolean {
  if (rules === undefined) return false;
  if (rules.required) return true;
  const { minItems = 0 } = limits(rules);
  if (field.fieldKind === "list") return minItems > 0;
  if (!hasImplicitPresence(field)) return false;
  const { minLength = 0, minimum = 0, maximum = 0 } = limits(rules);
  return minLength > 0 || minimum > 0 || maximum < 0 || refusedNumbers(rules).includes(0);
}

/** Whether one member of a oneof has to be given. */
export function oneofIsRequired(oneof: DescOneof): boolean {
  return hasOption(oneof, oneofRules) && getOption(oneof, oneofRules).required;
}

/** What the rules written in CEL tell a caller who breaks them. */
export function statedRules(desc: DescMessage): string[] {
  if (!hasOption(desc, messageRules)) return [];
  return getOption(desc, messageRules).cel.flatMap(({ message }) => message || []);
}

function positive(value: bigint): number | undefined {
  return value > 0n ? Number(value) : undefined;
}

function defined(schema: Record<string, unknown>): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}
