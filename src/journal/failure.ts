import { ParleyError, unavailable } from "../domain/errors.ts";

/**
 * What a failed statement means for the writes in it.
 *
 * - `lost`: the connection or the server's answer is gone; it may have committed.
 * - `locked`: rolled back because somebody else held a lock for too long.
 * - `again`: rolled back because of what others did meanwhile; run it again.
 * - `refused`: rolled back because of something one of the writes holds.
 * - `away`: not done, because the server cannot be reached or cannot write now.
 */
export type FailureKind = "lost" | "locked" | "again" | "refused" | "away";

/** The connection could not be made, so nothing was sent. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
}

/** A statement was sent, and nobody said how it ended. */
export class StatementLost extends Error {
  override readonly name = "StatementLost";
}

interface DatabaseFailure {
  readonly code: string;
  readonly constraint?: string;
}

export function failureKind(error: unknown): FailureKind {
  if (error instanceof NotConnected) return "away";
  if (error instanceof StatementLost) return "lost";
  const code = databaseFailure(error)?.code ?? "";
  if (code === "55P03") return "locked";
  if (code.startsWith("40")) return "again";
  // Out of resources; read-only after a fail-over.
  if (code.startsWith("53") || code === "25006") return "away";
  return "refused";
}

/**
 * True if an error of the driver leaves open how the statement ended: it has no
 * SQLSTATE, so it is the connection's; or the server shut down, was told to
 * cancel, or failed within itself.
 */
export function leavesOpen(error: unknown): boolean {
  const code = databaseFailure(error)?.code;
  return code === undefined || ["08", "57", "58", "XX"].includes(code.slice(0, 2));
}

/** The unique index that refused a row, if that is what happened. */
export function violatedIndex(error: unknown): string | undefined {
  const failure = databaseFailure(error);
  return failure?.code === "23505" ? failure.constraint : undefined;
}

/** A failure in the domain's words, the driver's as its cause. */
export function translated(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  const parley = causes(error).find((cause) => cause instanceof ParleyError);
  if (parley !== undefined) return parley;
  const failure = causes(error).find(
    (cause) => cause instanceof NotConnected || cause instanceof StatementLost,
  );
  if (failureKind(failure ?? error) !== "refused") return unavailable(error);
  return new ParleyError("internal", "the journal failed", { cause: error });
}

/** The server's own error, which may be wrapped by the query builder's. */
function databaseFailure(error: unknown): DatabaseFailure | undefined {
  const failure = causes(error).find((cause) => "severity" in cause && "code" in cause);
  return failure as (Error & DatabaseFailure) | undefined;
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let e = error; e instanceof Error; e = e.cause) chain.push(e);
  return chain;
}
