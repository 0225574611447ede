import type { Fragment } from "./port.ts";

/** A view may write it into a line with other things. */
const MESSAGE_ID = /^[^\s,]{1,64}$/;

/** @throws {RangeError} */
export function assertMessageId(messageId: string): void {
  if (!MESSAGE_ID.test(messageId) || messageId === "-") {
    throw new RangeError("a message id is 1 to 64 characters without blanks and commas");
  }
}

/** Where a fragment ends, in UTF-16 code units. */
export function endOf({ offset, text }: Fragment): number {
  return offset + text.length;
}

/** What of a fragment lies behind a place inside it. */
export function behind<T extends Fragment>(fragment: T, offset: number): T {
  // An offset that splits a character is a mistake of its publisher's; what it leaves is no text.
  const text = fragment.text.slice(offset - fragment.offset).toWellFormed();
  return { ...fragment, offset, text };
}
