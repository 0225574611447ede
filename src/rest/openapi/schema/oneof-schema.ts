import type { DescField, DescOneof } from "@bufbuild/protobuf";
import type { Schema } from "../open-api.ts";

/** A group of members of an object of which there is one at most. */
export interface Choice {
  readonly oneof: DescOneof;
  /** Names of the members. */
  readonly names: readonly string[];
  /** Whether none is as good. */
  readonly optional: boolean;
}

/** Groups the fields of an object by the oneofs they belong to. */
export function choicesOf(
  fields: readonly DescField[],
  nameOf: (field: DescField) => string,
  isOptional: (oneof: DescOneof) => boolean,
): Choice[] {
  const groups = new Map<DescOneof, string[]>();
  for (const field of fields) {
    if (field.oneof === undefined) continue;
    const names = groups.get(field.oneof) ?? [];
    names.push(nameOf(field));
    groups.set(field.oneof, names);
  }
  return [...groups].map(([oneof, names]) => ({ oneof, names, optional: isOptional(oneof) }));
}

/** Says of an object that of each group there is one member, or none where that is allowed. */
export function choiceSchema(choices: readonly Choice[]): Schema {
  const [first, ...others] = choices.map(oneChoice);
  if (first === undefined) return {};
  return others.length === 0 ? first : { allOf: [first, ...others] };
}

function oneChoice({ names, optional }: Choice): Schema {
  const present = names.map((name): Schema => ({ required: [name] }));
  return { oneOf: optional ? [...present, { not: { anyOf: present } }] : present };
}
