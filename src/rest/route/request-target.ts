/** The request target of a request line, taken apart. */
export interface RequestTarget {
  /** The path split at its slashes, as sent; `/a/b` is `["a", "b"]`. */
  readonly raw: readonly string[];
  /** The same, percent-decoded. */
  readonly decoded: readonly string[];
  /** What follows the `?`, as sent; empty if there is none. */
  readonly query: string;
}

/**
 * Takes a request target apart as it was sent: no dot segments are resolved, no
 * host is looked for in `//evil/x`. An absolute form (`http://host/path`) counts
 * as its path. Undefined for what is neither, and for percent signs that encode
 * no UTF-8.
 */
export function parseTarget(target: string): RequestTarget | undefined {
  const withoutFragment = cut(target, "#").before;
  const { before, after } = cut(stripOrigin(withoutFragment), "?");
  if (!before.startsWith("/")) return undefined;
  const raw = before === "/" ? [] : before.slice(1).split("/");
  const decoded = before.includes("%") ? decodeAll(raw) : raw;
  return decoded && { raw, decoded, query: after };
}

function stripOrigin(target: string): string {
  if (target.startsWith("/")) return target;
  const origin = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?]*/.exec(target);
  if (origin === null) return target;
  const rest = target.slice(origin[0].length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function decodeAll(segments: readonly string[]): string[] | undefined {
  try {
    return segments.map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}

function cut(text: string, mark: string): { before: string; after: string } {
  const at = text.indexOf(mark);
  if (at === -1) return { before: text, after: "" };
  return { before: text.slice(0, at), after: text.slice(at + 1) };
}
