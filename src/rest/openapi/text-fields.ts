import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { type FieldPath, resolveFieldPath } from "../bind/field-path.ts";
import { parameterParser } from "../bind/parameter.ts";
import { isOutputOnly } from "../codec/field-behavior.ts";
import type { JsonStyle } from "../codec/json-style.ts";

/**
 * The fields of a request that text can fill, in order: those of the messages in it
 * too, by dotted paths, unless a type comes again within itself, since that would
 * never end. What only the server sets is left out, with all that is in it.
 * @param isTaken tells of a path whether it, with all below it, is given elsewhere
 */
export function textFields(desc: DescMessage, isTaken: (path: FieldPath) => boolean): FieldPath[] {
  const collect = (at: DescMessage, parents: readonly DescField[]): FieldPath[] =>
    at.fields.flatMap((field) => {
      const path = resolveFieldPath(desc, [...parents, field].map(({ name }) => name).join("."));
      if (path === undefined || isOutputOnly(field) || isTaken(path)) return [];
      if (parameterParser(field) !== undefined) return [path];
      const inner = field.fieldKind === "message" ? field.message : undefined;
      const within = [desc, ...parents.flatMap(({ message }) => message ?? [])];
      return inner === undefined || within.includes(inner)
        ? []
        : collect(inner, [...parents, field]);
    });
  return collect(desc, []);
}

/** The name of a path as answers would spell it. */
export function textName({ parents, leaf }: FieldPath, { names }: JsonStyle): string {
  return [...parents, leaf]
    .map(({ name, jsonName }) => (names === "proto" ? name : jsonName))
    .join(".");
}
