import { inspect } from "node:util";

/**
 * A URL that may hold a password. Whatever prints it, logs it or serialises it
 * shows the redacted form; only `reveal()` gives the URL itself.
 */
export class SecretUrl {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The URL with its password. For connecting, never for printing. */
  reveal(): string {
    return this.#url;
  }

  /** The URL with the password starred out and without its query. */
  toString(): string {
    return redactUrl(this.#url);
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * Scheme, user, hosts and path; a query may hold passwords too, so it goes. Not
 * `URL`, which knows one host only (Redis clusters name several) and refuses
 * what is malformed, which must not be printed either.
 */
function redactUrl(text: string): string {
  const scheme = /^[a-z][a-z0-9+]*:\/\//i.exec(text)?.[0];
  if (scheme === undefined) return "(not a URL)";
  const at = text.lastIndexOf("@");
  const credentials = at === -1 ? undefined : text.slice(scheme.length, at);
  // Either an unescaped password or a query with an `@`: not to be told apart.
  if (credentials !== undefined && /[/?#]/.test(credentials)) return `${scheme}***`;
  const [place = ""] = text.slice(at === -1 ? scheme.length : at + 1).split(/[?#]/, 1);
  if (credentials === undefined) return `${scheme}${place}`;
  const [user, ...password] = credentials.split(":");
  return `${scheme}${user}${password.length === 0 ? "" : ":***"}@${place}`;
}
