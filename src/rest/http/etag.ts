/** An opaque tag as an `ETag` header, or undefined for one that no header can hold. */
export function formatEtag(tag: string): string | undefined {
  return /^[\x21\x23-\x7e]+$/.test(tag) ? `"${tag}"` : undefined;
}

/**
 * The opaque tag an `If-Match` header names, without its quotes, or `*`. Undefined
 * for a list and for what is no entity tag. A weak tag keeps its `W/`: it never
 * equals a strong one, which is what RFC 9110, 13.1.1 asks for.
 */
export function parseIfMatch(header: string): string | undefined {
  const text = header.trim();
  if (text === "*") return text;
  const match = /^(W\/)?"([\x21\x23-\x7e]*)"$/.exec(text);
  if (match !== null) return `${match[1] ?? ""}${match[2]}`;
  // Bare tags are no entity tags, but what people type into curl.
  return /^[\x21\x23-\x2b\x2d-\x7e]+$/.test(text) ? text : undefined;
}

/** Whether `If-None-Match` covers an etag, by the weak comparison. */
export function matchesEtag(header: string, etag: string): boolean {
  if (header.trim() === "*") return true;
  const opaque = etag.replace(/^W\//, "");
  return header.match(/"[^"]*"/g)?.includes(opaque) === true; // a tag may hold a comma
}
