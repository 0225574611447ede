import type { CaseGroup } from "./reference-case.ts";

/** Cases of query strings for a message of the reference schema. */
export interface ValuedGroup extends CaseGroup {
  readonly message: string;
  /** Fields that the path or the body fills. */
  readonly taken?: readonly string[];
}

/** A parameter with one value, percent-encoded. */
export function parameter(name: string, value: string): string {
  return `${name}=${encodeURIComponent(value)}`;
}
