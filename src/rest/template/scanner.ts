/** A path template that cannot be parsed. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

/** Walks over a template from left to right. */
export class Scanner {
  readonly #source: string;
  #position = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get atEnd(): boolean {
    return this.#position === this.#source.length;
  }

  /** What is still to come. */
  get rest(): string {
    return this.#source.slice(this.#position);
  }

  at(token: string): boolean {
    return this.#source.startsWith(token, this.#position);
  }

  /** Steps over the token if it is next. */
  take(token: string): boolean {
    if (!this.at(token)) return false;
    this.#position += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`expected "${token}"`);
  }

  /** Steps over what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#source)?.[0];
    if (text !== undefined) this.#position += text.length;
    return text;
  }

  fail(reason: string): never {
    throw new TemplateError(`${reason} at position ${this.#position} of "${this.#source}"`);
  }
}
