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

/** The server answers, and lets nobody in or lets them do too little. Waiting does not help. */
export class AccessRefused extends Error {
  override readonly name = "AccessRefused";
}

/** By SQLSTATE, what a server refuses when a journal is opened. */
const REFUSALS: Record<string, string | undefined> = {
  "3D000": "no such database",
  "28P01": "wrong credentials",
  "28000": "wrong credentials",
  "42501": "missing privileges",
};

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

/** What a server says that answers and refuses, in one line; it never repeats a password. */
export function accessRefused(error: unknown): AccessRefused | undefined {
  const failure = databaseFailure(error);
  const refusal = REFUSALS[failure?.code ?? ""];
  if (failure === undefined || refusal === undefined) return undefined;
  return new AccessRefused(`Postgres refuses: ${refusal} (${failure.code}: ${failure.message})`);
}

/** The unique index that refused a row, if that is what happened. */
export function violatedIndex(error: unknown): string | undefined {
  const failure = databaseFailure(error);
  return failure?.code === "23505" ? failure.constraint : undefined;
}

/**
 * What went wrong underneath, in words that hold nothing of a statement or of
 * its values: it is logged.
 */
export class StoreFailure extends Error {
  override readonly name = "StoreFailure";
  readonly kind: FailureKind;
  /** SQLSTATE or the network's name for it, if there is one. */
  readonly code: string | undefined;

  constructor(kind: FailureKind, message: string, code: string | undefined) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

/** A failure in the domain's words, with what is behind it as its cause. */
export function translated(error: unknown): ParleyError {
  const chain = causes(error);
  const parley = chain.find((e) => e instanceof ParleyError);
  const cause = described(parley === undefined ? error : parley.cause);
  if (parley !== undefined) {
    const { reason, message, violations, retryAfterMs } = parley;
    const extra = { violations, cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    return new ParleyError(reason, message, extra);
  }
  const refused = !(cause instanceof StoreFailure) || cause.kind === "refused";
  if (!refused) return unavailable(cause);
  return new ParleyError("internal", "the journal failed", { cause });
}

/** SQLSTATE of a statement that took too long: its own fault, not the store's. */
const TOO_SLOW = "57014";

/** True if an error says that the store as a whole is away. */
export function saysAway({ cause }: ParleyError): boolean {
  if (!(cause instanceof StoreFailure) || cause.code === TOO_SLOW) return false;
  return cause.kind === "away" || cause.kind === "lost";
}

/** A driver's failure without its text; anything else as it is. */
function described(error: unknown): unknown {
  const chain = causes(error);
  const ours = chain.find((e) => e instanceof NotConnected || e instanceof StatementLost);
  const theirs = databaseFailure(error);
  const code = theirs?.code ?? chain.map((e) => Reflect.get(e, "code")).find(isText);
  const isDrivers = ours ?? theirs ?? chain.find((e) => e.name === "DrizzleQueryError");
  if (isDrivers === undefined && code === undefined) return error;
  const words = [ours?.message, code, theirs?.constraint, theirs && mayBeSaid(theirs)];
  return new StoreFailure(failureKind(ours ?? error), words.filter(isText).join(", "), code);
}

/** Only the text of the classes that speak of the server and the schema, never of values. */
function mayBeSaid({ code, message }: Error & DatabaseFailure): string | undefined {
  return /^(08|28|3D|42|53|55|57|58|XX)/.test(code) ? message : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** The server's own error, which may be wrapped by the query builder's. */
function databaseFailure(error: unknown): (Error & DatabaseFailure) | undefined {
  const failure = causes(error).find((cause) => "severity" in cause && "code" in cause);
  return failure as (Error & DatabaseFailure) | undefined;
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let e = error; e instanceof Error; e = e.cause) chain.push(e);
  return chain;
}
