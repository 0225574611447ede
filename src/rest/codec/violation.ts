/** Why a value cannot be taken; reads on after the name of the field ("must be …"). */
export class Invalid {
  readonly description: string;
  constructor(description: string) {
    this.description = description;
  }
}

/** One field that is wrong: its path in proto names (`messages[0].role`) and why. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** One step down into a document: a field, a place in a list, a key of a map. */
export type Step = string | number | { readonly key: string };

/** Where a reader is in a document. Linked upwards, so that going down costs one object. */
export interface Place {
  readonly parent: Place | undefined;
  readonly step: Step;
}

/** The path as text, as protovalidate writes it: `parts[2].input`, `labels["a"]`. */
export function formatPlace(parent: Place | undefined, step: Step): string {
  const before = parent === undefined ? "" : formatPlace(parent.parent, parent.step);
  if (typeof step === "number") return `${before}[${step}]`;
  if (typeof step === "object") return `${before}[${JSON.stringify(step.key)}]`;
  return before === "" ? step : `${before}.${step}`;
}

/**
 * What a reader found wrong. It keeps the first `limit` violations (default 16):
 * enough to correct a form at once, and no document can make the answer large.
 */
export class Violations {
  readonly list: Violation[] = [];
  readonly #limit: number;

  constructor(limit = 16) {
    this.#limit = limit;
  }

  get any(): boolean {
    return this.list.length > 0;
  }

  /** Adds one. The name is cut at 256 characters: it may be the caller's own text. */
  add(field: string, description: string): void {
    if (this.list.length < this.#limit) {
      this.list.push({ field: field.slice(0, 256), description });
    }
  }

  addAt(parent: Place | undefined, step: Step, invalid: Invalid): undefined {
    this.add(formatPlace(parent, step), invalid.description);
    return undefined;
  }
}
