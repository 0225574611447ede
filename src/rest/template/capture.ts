import type { PathTemplate, Variable } from "./path-template.ts";

/** A path that a template matched, split at its slashes. */
export interface MatchedPath {
  /** Segments as they were sent, without the verb. */
  readonly raw: readonly string[];
  /** The same, percent-decoded. */
  readonly decoded: readonly string[];
}

/**
 * The text a variable captured. A variable of one segment is decoded in full, so
 * `%2F` gives a slash. One of several segments (`{name=a/*}`, `{name=**}`) keeps
 * reserved characters encoded: a decoded slash would look like a separator.
 */
export function captureVariable(
  template: PathTemplate,
  variable: Variable,
  { raw, decoded }: MatchedPath,
): string {
  const extra = raw.length - template.segments.length; // how much ** took beyond one segment
  const many = template.segments.findIndex(({ kind }) => kind === "many");
  const start = variable.start + (many !== -1 && many < variable.start ? extra : 0);
  const end = variable.end + (many !== -1 && many < variable.end ? extra : 0);
  if (isSingle(template, variable)) return decoded[start] ?? "";
  return raw.slice(start, end).map(decodeUnreserved).join("/");
}

function isSingle(template: PathTemplate, { start, end }: Variable): boolean {
  return end - start === 1 && template.segments[start]?.kind !== "many";
}

/** RFC 3986 reserved characters, as triplets. */
const RESERVED = /%(?:2[1346789abcfABCF]|3[abdfABDF]|40|5[bdBD])/;
/** An encoded percent sign that would make a triplet of what follows it. */
const ENCODED_PERCENT = /%25(?=[0-9A-Fa-f]{2})/;
const KEPT = new RegExp(`(${RESERVED.source}|${ENCODED_PERCENT.source})`);

/**
 * Decodes all but reserved characters. `%25` stays too where decoding would make
 * `%2523` and `%23` the same text, which the references do not tell apart.
 */
function decodeUnreserved(segment: string): string {
  if (!segment.includes("%")) return segment;
  return segment
    .split(KEPT)
    .map((part, i) => (i % 2 === 1 ? part : decodeURIComponent(part)))
    .join("");
}
