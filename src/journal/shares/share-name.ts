import { derivedText } from "../derived-text.ts";

/** Two that are the same up to here are told apart by the heads that are found. */
const MAX_NAME = 300;

/** The name of somebody a session is shared with, as the index has it. */
export function shareName(name: string): string {
  return derivedText(name, MAX_NAME);
}
