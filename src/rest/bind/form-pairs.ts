/** One `name=value` of a query or a form; undefined where it is no percent-encoded UTF-8. */
export interface FormPair {
  readonly name: string | undefined;
  readonly value: string | undefined;
  /** As it was sent. */
  readonly text: string;
}

/** The pairs of a text in application/x-www-form-urlencoded; empty ones are passed over. */
export function* formPairs(text: string): Generator<FormPair> {
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf("&", start);
    if (end === -1) end = text.length;
    if (end === start) continue;
    const pair = text.slice(start, end);
    const at = pair.indexOf("=");
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    yield { name, value: at === -1 ? "" : decode(pair.slice(at + 1)), text: pair };
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
