/**
 * A text as a column may hold it. The truth stays in the encoded state; the
 * column is for looking up and filtering, so it may lose what Postgres refuses
 * (NUL) and what an index row has no room for.
 */
export function derivedText(text: string, maxLength = 255): string {
  const clean = text.includes("\0") ? text.replaceAll("\0", "") : text;
  return clean.length > maxLength ? clean.slice(0, maxLength) : clean;
}

/** An id to look for. One with a NUL exists nowhere, and must not become another by losing it. */
export function soughtId(id: string): string {
  return id.includes("\0") ? "" : id;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The same for one that is a UUID, as they are given out; null for what none can be. */
export function soughtUuid(id: string): string | null {
  return UUID.test(id) ? id : null;
}

/** A pattern for `ILIKE` in which the text's own wildcards are plain characters. */
export function containing(text: string): string {
  return `%${derivedText(text).replace(/[\\%_]/g, "\\$&")}%`;
}
