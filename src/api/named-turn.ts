import { Consistency } from "../../gen/parley/v1/session_pb.js";
import type { Context } from "../context.ts";
import { ParleyError } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import type { TurnIdentity } from "../domain/turn-mark.ts";

/** A turn of a session, as its caller names both. */
interface NamedTurn {
  readonly principal: Principal;
  readonly sessionId: string;
  readonly turn?: string | undefined;
}

/**
 * Writes to the turn that is named. Its head knows a turn that a call began or
 * ended; any other is looked up when the write has failed to find it, and the
 * write is tried again. So a retry gets its first answer without a look-up.
 */
export async function writeToTurn<Answer>(
  context: Context,
  { principal, sessionId, turn }: NamedTurn,
  write: (known?: TurnIdentity) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await write();
  } catch (error) {
    if (turn === undefined || !isUnknownTurn(error)) throw error;
    const consistency = Consistency.STRONG;
    const reading = await context.log.read({
      principal,
      id: sessionId,
      consistency,
      atLeastVersion: 0,
    });
    const known = await context.log.findTurn(reading, turn);
    if (known === undefined) throw error;
    return write(known);
  }
}

function isUnknownTurn(error: unknown): boolean {
  return error instanceof ParleyError && error.reason === "turn_not_found";
}
