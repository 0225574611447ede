import { outcomeUnknown } from "../../domain/errors.ts";
import { failureKind } from "../failure.ts";
import type { Lane, Statement } from "../lane.ts";
import { type KeyRow, keyOf } from "./key-row.ts";
import type { KeyOutcome } from "./port.ts";

/** Also after a statement whose answer was lost: the key, if it was made, is found. */
const MAX_ATTEMPTS = 3;

type WrittenRow = KeyRow & { readonly request_hash: Buffer };

/**
 * Runs a statement that makes a key, or finds the one that its operation made before. One that was
 * made since the statement's snapshot gives nothing, and is found by the next try.
 */
export async function writeOnce(
  lane: Lane,
  statement: Statement,
  values: readonly unknown[],
  keyId: string,
): Promise<KeyOutcome | undefined> {
  let lost: unknown;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      const [row] = await lane.run<WrittenRow>(statement, values);
      if (row === undefined) continue;
      return { key: keyOf(row), first: row.key_id === keyId, requestHash: row.request_hash };
    } catch (error) {
      if (failureKind(error) === "lost") lost = error;
      else throw lost === undefined ? error : outcomeUnknown(error);
    }
  }
  if (lost !== undefined) throw outcomeUnknown(lost);
  return undefined;
}
