import { isLoopback } from "./loopback.ts";

/** What a text means, or what would have been allowed instead. */
export type Parsed<T> = { readonly value: T } | { readonly allowed: string };

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `500ms`, `2s`, `1.5s`, `1m`, `1h`, `30d`, within bounds given in milliseconds. */
export function parseDuration(text: string, minMs: number, maxMs: number): Parsed<number> {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  const ms = match === null ? Number.NaN : Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 1);
  if (ms >= minMs && ms <= maxMs) return { value: Math.round(ms) };
  return {
    allowed: `a duration such as 500ms, 2s or 1m, from ${duration(minMs)} to ${duration(maxMs)}`,
  };
}

export function parseInteger(text: string, min: number, max: number): Parsed<number> {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return { value };
  return { allowed: `a whole number from ${min} to ${max}` };
}

export function parseOneOf<const T extends string>(text: string, names: readonly T[]): Parsed<T> {
  const value = names.find((name) => name === text.toLowerCase());
  return value === undefined ? { allowed: `one of ${names.join(", ")}` } : { value };
}

export function parseMatching(text: string, form: RegExp, allowed: string): Parsed<string> {
  return form.test(text) ? { value: text } : { allowed };
}

/**
 * Origins as browsers send them in `Origin`, or `*` alone; empty if there are none. Host
 * in lower case and without the scheme's own port, however it was written.
 */
export function parseOrigins(text: string): Parsed<readonly string[]> {
  const items = text.split(",").flatMap((item) => item.trim() || []);
  const origins = items.map(toOrigin);
  const known = origins.filter((origin) => origin !== undefined);
  if (known.length === items.length && !(known.includes("*") && known.length > 1)) {
    return { value: known };
  }
  return { allowed: "origins such as https://app.example.com, separated by commas, or * alone" };
}

function toOrigin(text: string): string | undefined {
  if (text === "*") return text;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  // Of schemes that are not the web's, such as an app's own, URL knows no origin.
  return origin === "null" ? text.toLowerCase() : origin;
}

/** One URL or none. In cleartext only on this machine, or whoever is between could be anybody. */
export function parseJwksUrl(text: string): Parsed<readonly string[]> {
  if (text === "") return { value: [] };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(host));
  if (url !== undefined && isSafe && url.username === "") return { value: [url.href] };
  return { allowed: "a URL that begins with https://, or with http:// on this machine" };
}

/** The scheme only: what comes after it is for the store's driver to understand. */
export function parseUrl(text: string, schemes: readonly string[]): Parsed<string> {
  const match = /^([a-z][a-z0-9+]*):\/\/\S+$/.exec(text);
  if (match !== null && schemes.includes(match[1] ?? "")) return { value: text };
  return { allowed: `a URL that begins with ${schemes.map((s) => `${s}://`).join(" or ")}` };
}

function duration(ms: number): string {
  if (ms % 1000 !== 0) return `${ms}ms`;
  if (ms % 3_600_000 === 0 && ms > 0) return `${ms / 3_600_000}h`;
  return ms % 60_000 === 0 && ms > 60_000 ? `${ms / 60_000}m` : `${ms / 1000}s`;
}
