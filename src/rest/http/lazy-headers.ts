import type { IncomingHttpHeaders } from "node:http";

/** Names that are as Node spells them, and which no check would refuse. */
const PLAIN_NAME = /^[a-z0-9-]+$/;

const NONE: IncomingHttpHeaders = {};

/**
 * Headers as handlers see them: those of a request as Node has them, without HTTP/2's
 * pseudo-headers, or, for an answer, none yet.
 *
 * Of a request most calls only ask for some by name, and most answers get none. So what
 * is asked for is looked up where Node has it, and real `Headers` are made as soon as
 * anything else is done: that and copying three takes 0.7 µs, looking one up 0.03.
 */
export class LazyHeaders implements Headers {
  readonly #source: IncomingHttpHeaders;
  #made: Headers | undefined;

  constructor(source: IncomingHttpHeaders = NONE) {
    this.#source = source;
  }

  /** Whether nothing was set in headers that began as none. */
  get untouched(): boolean {
    return this.#made === undefined && this.#source === NONE;
  }

  get(name: string): string | null {
    if (this.#made === undefined && PLAIN_NAME.test(name)) {
      const value: unknown = this.#source[name];
      if (value === undefined) return null;
      if (typeof value === "string") return value;
    }
    return this.#headers().get(name);
  }

  has(name: string): boolean {
    if (this.#made === undefined && PLAIN_NAME.test(name)) return this.get(name) !== null;
    return this.#headers().has(name);
  }

  set(name: string, value: string): void {
    this.#headers().set(name, value);
  }

  append(name: string, value: string): void {
    this.#headers().append(name, value);
  }

  delete(name: string): void {
    this.#headers().delete(name);
  }

  getSetCookie(): string[] {
    return this.#headers().getSetCookie();
  }

  forEach(...args: Parameters<Headers["forEach"]>): void {
    this.#headers().forEach(...args);
  }

  keys(): ReturnType<Headers["keys"]> {
    return this.#headers().keys();
  }

  values(): ReturnType<Headers["values"]> {
    return this.#headers().values();
  }

  entries(): ReturnType<Headers["entries"]> {
    return this.#headers().entries();
  }

  // Being another than that of Headers, it also is what `new Headers(…)` and `fetch` go by.
  [Symbol.iterator](): ReturnType<Headers["entries"]> {
    return this.entries();
  }

  #headers(): Headers {
    this.#made ??= copyOf(this.#source);
    return this.#made;
  }
}

// Handlers may ask what they were given. The constructor of Headers is not called: it
// takes as long as copying three.
Object.setPrototypeOf(LazyHeaders.prototype, Headers.prototype);

function copyOf(source: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const name in source) {
    const value = source[name];
    if (value === undefined || name.startsWith(":")) continue;
    if (typeof value === "string") headers.set(name, value);
    else for (const item of value) headers.append(name, item);
  }
  return headers;
}
