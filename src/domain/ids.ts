/** Literal segments of the REST surface, which therefore are no ids. Frozen. */
const RESERVED: ReadonlySet<string> = new Set(["latest", "create", "import", "cleanup"]);

const FORM = /^[A-Za-z0-9:_.-]{1,128}$/;

/** True for a text that can be a `session_id` or an `external_id`. */
export function isSessionId(text: string): boolean {
  return FORM.test(text) && text !== "." && text !== ".." && !RESERVED.has(text);
}

/** True for a text that can name a tenant or a user: 1 to 255 visible characters. */
export function isCallerId(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text);
}
