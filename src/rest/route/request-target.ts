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
  const fragment = target.indexOf("#");
  const local = stripOrigin(fragment === -1 ? target : target.slice(0, fragment));
  if (!local.startsWith("/")) return undefined;
  const mark = local.indexOf("?");
  const path = mark === -1 ? local.slice(1) : local.slice(1, mark);
  const raw = path === "" ? [] : path.split("/");
  const decoded = path.includes("%") ? decodeAll(raw) : raw;
  return decoded && { raw, decoded, query: mark === -1 ? "" : local.slice(mark + 1) };
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
