import { parseHeaderValue } from "./header-value.ts";

/** How the content of a body is to be read. */
export type BodyFormat =
  | { readonly kind: "json" | "form" }
  | { readonly kind: "multipart"; readonly boundary: string };

/** The media type of each format. */
export const MEDIA_TYPES = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
} as const satisfies Record<BodyFormat["kind"], string>;

const JSON_FORMAT: BodyFormat = { kind: "json" };

/**
 * What a Content-Type says of a body: JSON (`application/json` or `…+json`), a
 * form, or a form in parts. Undefined for everything else, for a charset that is
 * not UTF-8, and for parts without a boundary. Absent counts as JSON.
 */
export function bodyFormat(contentType: string | undefined): BodyFormat | undefined {
  if (contentType === undefined || contentType === MEDIA_TYPES.json) return JSON_FORMAT;
  const type = parseHeaderValue(contentType);
  if (type === undefined || !isUtf8Charset(type.parameters.get("charset"))) return undefined;
  if (/^application\/(?:[\w.!#$&^-]+\+)?json$/.test(type.value)) return JSON_FORMAT;
  if (type.value === MEDIA_TYPES.form) return { kind: "form" };
  const boundary = type.parameters.get("boundary");
  if (type.value !== MEDIA_TYPES.multipart || boundary === undefined) return undefined;
  return isBoundary(boundary) ? { kind: "multipart", boundary } : undefined;
}

/** Whether text in a charset is UTF-8 too. Absent, it is. */
export function isUtf8Charset(charset: string | undefined): boolean {
  return charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset);
}

/** RFC 2046, 5.1.1: at most 70 characters, the last of them no space. */
function isBoundary(text: string): boolean {
  return /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(text);
}

/** Whether content of a type shrinks: text does, pictures and archives are compressed already. */
export function isCompressible(contentType: string): boolean {
  return /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|yaml|x-ndjson|wasm)\b|image\/svg\+xml)/i.test(
    contentType,
  );
}
