/** What a credential may be used for. Methods name the one they need, in their proto. */
export const SCOPES = [
  "sessions:read",
  "sessions:write",
  "tasks:read",
  "tasks:write",
  "worker",
  "accounts:read",
  "accounts:write",
  "keys:read",
  "keys:write",
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];

const KNOWN: ReadonlySet<string> = new Set(SCOPES);

export function isScope(text: string): text is Scope {
  return KNOWN.has(text);
}

export const EVERY_SCOPE: ReadonlySet<Scope> = new Set<Scope>(["admin"]);

/** Writing answers with what was written, so who may write may read; `admin` may everything. */
export function holds(held: ReadonlySet<Scope>, needed: Scope): boolean {
  if (held.has(needed) || held.has("admin")) return true;
  const [subject, verb] = needed.split(":");
  return verb === "read" && held.has(`${subject}:write` as Scope);
}
