import { create, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { OneofValue, Properties } from "../codec/local-value.ts";
import { MAX_DEPTH } from "../codec/read-context.ts";
import { Invalid } from "../codec/violation.ts";

/** A field reached through singular message fields, such as `filter.owner.id`. */
export interface FieldPath {
  /** Proto names joined by dots. */
  readonly name: string;
  /** The message fields on the way. */
  readonly parents: readonly DescField[];
  readonly leaf: DescField;
}

const byName = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

/** A field by its proto name or its JSON name. */
export function findField(desc: DescMessage, name: string): DescField | undefined {
  let fields = byName.get(desc);
  if (fields === undefined) {
    fields = new Map(
      desc.fields.flatMap((field) => [
        [field.jsonName, field],
        [field.name, field],
      ]),
    );
    byName.set(desc, fields);
  }
  return fields.get(name);
}

/**
 * Follows a dotted path of proto or JSON names; undefined when it leads nowhere, or
 * deeper than a document may nest.
 */
export function resolveFieldPath(desc: DescMessage, path: string): FieldPath | undefined {
  const parents: DescField[] = [];
  let current: DescMessage | undefined = desc;
  let leaf: DescField | undefined;
  const steps = path.split(".");
  if (steps.length > MAX_DEPTH) return undefined;
  for (const step of steps) {
    if (leaf !== undefined) parents.push(leaf);
    leaf = current && findField(current, step);
    if (leaf === undefined) return undefined;
    current = leaf.fieldKind === "message" && !isOpaque(leaf.message) ? leaf.message : undefined;
  }
  if (leaf === undefined) return undefined;
  return { name: [...parents, leaf].map((field) => field.name).join("."), parents, leaf };
}

/** Types whose fields are no fields to a caller, since they have a JSON form of their own. */
function isOpaque(desc: DescMessage): boolean {
  return desc.typeName.startsWith("google.protobuf.") || isWrapperDesc(desc);
}

/** The message that holds the leaf, made on the way where it is missing. */
export function descend(message: Properties, path: FieldPath): Properties | Invalid {
  let current = message;
  for (const field of path.parents) {
    let next = getSingular(current, field);
    if (next === undefined) {
      next = create(field.message!);
      const invalid = setSingular(current, field, next);
      if (invalid !== undefined) return invalid;
    }
    current = next as Properties;
  }
  return current;
}

/** The value of a field; of one that is not set nothing, not even what its prototype holds. */
export function getSingular(message: Properties, field: DescField): unknown {
  const { localName } = field;
  if (field.oneof === undefined) {
    return Object.hasOwn(message, localName) ? message[localName] : undefined;
  }
  const oneof = message[field.oneof.localName] as OneofValue;
  return oneof.case === field.localName ? oneof.value : undefined;
}

/** Sets a singular field. Another member of its oneof that is set already is an error. */
export function setSingular(
  message: Properties,
  field: DescField,
  value: unknown,
): Invalid | undefined {
  if (field.oneof === undefined) {
    message[field.localName] = value;
    return undefined;
  }
  const taken = (message[field.oneof.localName] as OneofValue).case;
  if (taken !== undefined && taken !== field.localName) {
    return new Invalid(`excludes ${field.parent.field[taken]?.name ?? taken}: give one`);
  }
  message[field.oneof.localName] = { case: field.localName, value };
  return undefined;
}
