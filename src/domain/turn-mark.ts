import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ParleyError } from "./errors.ts";

/**
 * How the last turn of a session stands for whoever writes to it.
 *
 * - `formed`: it forms from the messages, or there is none yet; the next user
 *   message begins another.
 * - `begun`: by a call; everything belongs to it until a call ends it.
 * - `ended`: by a call; the next message begins another, whatever its role.
 */
export type TurnPhase = "formed" | "begun" | "ended";

export function turnPhase({ turn, session }: Head): TurnPhase {
  if (turn === undefined || turn.turnNumber !== session?.turnCount) return "formed";
  return turn.ended ? "ended" : "begun";
}

/** A turn of a log, which it was looked up in. */
export interface TurnIdentity {
  /** The `uid` of its session. */
  readonly uid: string;
  readonly turnNumber: number;
  readonly turnId: string;
}

/** The number that names a turn; undefined where the name is no number. */
export function turnNumberIn(name: string): number | undefined {
  return /^[0-9]{1,10}$/.test(name) ? Number(name) : undefined;
}

/**
 * The number of the last turn, where that is the one a caller names and it is
 * not ended; else `turn_ended`.
 *
 * An id is known only where a call began or ended that turn, or where it was
 * looked up and is given as `known`; an unknown one is `turn_not_found`.
 */
export function openTurn(head: Head, name: string, known?: TurnIdentity): number {
  const count = head.session?.turnCount ?? 0;
  const turn = turnNumberIn(name) ?? numberOf(head, name, known);
  if (turn === undefined || turn < 1 || turn > count) throw turnNotFound();
  if (turn < count || turnPhase(head) === "ended") {
    throw new ParleyError("turn_ended", "the turn has ended");
  }
  return turn;
}

/** The id of the last turn; `turn_not_found` where it has to be looked up first. */
export function lastTurnId(head: Head, known?: TurnIdentity): string {
  if (turnPhase(head) !== "formed") return head.turn!.turnId;
  if (known?.uid === head.uid && known.turnNumber === head.session?.turnCount) return known.turnId;
  throw turnNotFound();
}

function numberOf(head: Head, turnId: string, known: TurnIdentity | undefined): number | undefined {
  if (head.turn?.turnId === turnId) return head.turn.turnNumber;
  return known?.uid === head.uid && known.turnId === turnId ? known.turnNumber : undefined;
}

export function turnNotFound(): ParleyError {
  return new ParleyError("turn_not_found", "the session has no such turn");
}
