import { ParleyError } from "../domain/errors.ts";

/** Times something is read anew because it was rewritten meanwhile. */
const MAX_ROUNDS = 32;

/** The log was rewritten since what this is decided on was read. */
export const OVERTAKEN = new ParleyError(
  "version_conflict",
  "the session kept changing; try again",
);

/** Attempts a write that reads the log first, until it is not `OVERTAKEN`. */
export async function untilSettled<T>(attempt: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await attempt();
    } catch (error) {
      if (error !== OVERTAKEN || round === MAX_ROUNDS) throw error;
    }
  }
}
