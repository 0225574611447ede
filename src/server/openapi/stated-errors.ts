import { REASONS, type Reason } from "../../domain/errors.ts";

/** A reason a method's comment names, and what it says of it. */
export interface StatedError {
  readonly reason: Reason;
  /** Empty where the comment says no more. */
  readonly note: string;
}

/** What a comment says, apart from the errors that it names. */
export interface StatedErrors {
  readonly rest: string;
  readonly errors: readonly StatedError[];
}

const ERRORS = /(?:^|\s)Errors: (.*)$/s;
const ITEM = /^([a-z_]+)(?:\s+(.*))?$/s;

/**
 * Takes the errors out of a method's comment, where they stand at the end:
 * `Errors: session_not_found, version_conflict (the state is not the one …).`
 * Throws an Error for a name that is no reason.
 */
export function statedErrors(comment: string): StatedErrors {
  const match = ERRORS.exec(comment);
  if (match === null) return { rest: comment, errors: [] };
  const [, list = ""] = match;
  const rest = comment.slice(0, match.index).trimEnd();
  return { rest, errors: splitOutside(list.replace(/\.$/, "")).map(parseItem) };
}

/** Splits at the commas that are in no parentheses. */
function splitOutside(list: string): string[] {
  return list.split(/,\s+(?![^(]*\))/);
}

function parseItem(item: string): StatedError {
  const [, name = "", note = ""] = ITEM.exec(item.trim()) ?? [];
  if (!Object.hasOwn(REASONS, name)) throw new Error(`"${item}" names no reason of an error`);
  return { reason: name as Reason, note: note.replace(/^\((.*)\)$/s, "$1") };
}
