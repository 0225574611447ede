import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { enumNames } from "../../codec/enum-names.ts";
import type { JsonStyle } from "../../codec/json-style.ts";
import type { Comments } from "../comments.ts";
import type { Schema } from "../open-api.ts";

/**
 * The names of an enum, with what each means. The zero value that says "not said" is
 * no name anybody has to write, and outside of lists and maps it is written as null.
 */
export function enumSchema(desc: DescEnum, style: JsonStyle, comments: Comments): Schema {
  const values = namedValues(desc, style);
  const meanings = values.flatMap((value) => {
    const comment = comments.get(`${desc.typeName}.${value.name}`);
    return comment === undefined ? [] : [`- \`${nameOf(value, style)}\`: ${comment}`];
  });
  const description = [comments.get(desc.typeName), meanings.join("\n")].filter(Boolean);
  return {
    type: "string",
    enum: values.map((value) => nameOf(value, style)),
    ...(description.length > 0 && { description: description.join("\n\n") }),
  };
}

/** Every name that is written inside of lists and maps. */
export function enumElementNames(desc: DescEnum, style: JsonStyle): string[] {
  return firstOfNumber(desc).map((value) => nameOf(value, style));
}

/** Whether a singular field of this enum is null while it is zero. */
export function zeroIsNull(desc: DescEnum, style: JsonStyle): boolean {
  const zero = desc.value[0];
  return style.enums === "short" && zero !== undefined && isUnspecified(zero);
}

/** The names that stand for these numbers, for the rules that refuse some. */
export function enumNamesOf(desc: DescEnum, numbers: readonly number[], style: JsonStyle) {
  const values = firstOfNumber(desc).filter(({ number }) => numbers.includes(number));
  return values.map((value) => nameOf(value, style));
}

function namedValues(desc: DescEnum, style: JsonStyle): DescEnumValue[] {
  const values = firstOfNumber(desc);
  return style.enums === "full" ? values : values.filter((value) => !isUnspecified(value));
}

function firstOfNumber(desc: DescEnum): DescEnumValue[] {
  return desc.values.filter((value) => desc.value[value.number] === value);
}

function nameOf(value: DescEnumValue, { enums }: JsonStyle): string {
  return enums === "full" ? value.jsonName : enumNames(value.parent).short.get(value.number)!;
}

function isUnspecified({ number, name }: DescEnumValue): boolean {
  return number === 0 && name.endsWith("UNSPECIFIED");
}
