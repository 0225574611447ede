/** A header such as Content-Type: a value and its parameters. */
export interface HeaderValue {
  /** Without parameters, in lower case. */
  readonly value: string;
  /** By name in lower case; quotes are gone. */
  readonly parameters: ReadonlyMap<string, string>;
}

const VALUE = /^[\t ]*([\w!#$%&'*+.^`|~/-]+)[\t ]*/;
const PARAMETER =
  /;[\t ]*(?:([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[^"\\]|\\.)*)"))?[\t ]*/y;

/**
 * Takes a header of the form `value; name=token; name="quoted"` apart. Undefined
 * for other forms and for a parameter given twice, of which nobody knows which counts.
 */
export function parseHeaderValue(text: string): HeaderValue | undefined {
  const head = VALUE.exec(text);
  if (head === null) return undefined;
  const parameters = new Map<string, string>();
  let at = head[0].length;
  while (at < text.length) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(text);
    if (match === null) return undefined;
    at = PARAMETER.lastIndex;
    const name = match[1]?.toLowerCase();
    if (name === undefined) continue; // nothing between two semicolons
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[2] ?? unquote(match[3]!));
  }
  return { value: head[1]!.toLowerCase(), parameters };
}

/** Only quotes and backslashes were escaped: old browsers send `C:\notes.txt` as it is. */
function unquote(text: string): string {
  return text.replace(/\\(["\\])/g, "$1");
}
