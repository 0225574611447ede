import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { Edition, FeatureSet_FieldPresence, isWrapperDesc } from "@bufbuild/protobuf/wkt";

// How protobuf-es keeps the value of a field inside a message.

/** A message seen as its properties. */
export type Properties = Record<string, unknown>;

/** The value of a oneof's property. */
export interface OneofValue {
  readonly case: string | undefined;
  readonly value?: unknown;
}

export function isJsonObject(json: unknown): json is Properties {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Fields of type Struct hold a plain JSON object, except inside of Value. */
export function holdsJsonObject(field: DescField & { message: DescMessage }): boolean {
  return (
    field.message.typeName === "google.protobuf.Struct" &&
    field.parent.typeName !== "google.protobuf.Value"
  );
}

/** Singular wrapper fields outside of a oneof hold the bare scalar. */
export function holdsWrappedScalar(field: DescField & { fieldKind: "message" }): boolean {
  return field.oneof === undefined && isWrapperDesc(field.message);
}

/** Whether unset and zero are the same for a singular field. */
export function hasImplicitPresence(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.IMPLICIT;
}

/** `required` of proto2: no message is complete without it. */
export function isRequired(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}

/**
 * Reads a singular field with presence: its value, or undefined when unset. Only
 * proto3 never puts zero values on the prototype of its messages; but every object
 * has a `hasOwnProperty`, which is what a field `has_own_property` is called.
 */
export function presenceGetter(field: DescField): (message: Properties) => unknown {
  const name = field.localName;
  const inherited = field.parent.file.edition !== Edition.EDITION_PROTO3 || name in {};
  return inherited
    ? (message) => (Object.hasOwn(message, name) ? message[name] : undefined)
    : (message) => message[name];
}

/** Sets a key of a map or document; `__proto__` is a key like any other. */
export function setKey(target: Properties, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    target[key] = value;
  }
}
