import { Invalid } from "../codec/violation.ts";
import type { FieldPath } from "./field-path.ts";

const givenTwice = new Invalid("is given twice");

/** The fields a caller has named so far, so that none is given two values. */
export class GivenFields {
  readonly #names = new Set<string>();
  /** Messages that a field of theirs was given for. */
  readonly #opened = new Set<string>();

  /** Proto paths, in the order given. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /**
   * Notes one more field. A list may come again; any other field may not, nor what
   * is below a field that was given as a whole, nor that whole after a part of it.
   */
  add({ name, parents, leaf }: FieldPath): Invalid | undefined {
    if (leaf.fieldKind !== "list" && this.#names.has(name)) return givenTwice;
    if (this.#opened.has(name)) return givenTwice;
    let prefix = "";
    for (const parent of parents) {
      prefix = prefix === "" ? parent.name : `${prefix}.${parent.name}`;
      if (this.#names.has(prefix)) return givenTwice;
      this.#opened.add(prefix);
    }
    this.#names.add(name);
    return undefined;
  }
}
