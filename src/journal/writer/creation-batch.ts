import {
  accountName,
  EMPTY_ACCOUNT,
  openAccounts,
  readAccounts,
} from "../accounts/read-accounts.ts";
import { counted, createdAt, headOf, sessionOf } from "../head.ts";
import type { Lane } from "../lane.ts";
import type { AccountBalance, AccountOwner, CreationOutcome } from "../port.ts";
import { findHolders, type Holder, type Holders } from "../queries/holders.ts";
import { countLiving, type LivingWish } from "../queries/living-sessions.ts";
import { type BatchKind, refusal, settle } from "./commit.ts";
import { type CreatedRow, creationQuery } from "./creation-statement.ts";
import { claimsAccount } from "./money-parts.ts";
import type { PendingCreation } from "./pending.ts";
import { placed } from "./placement.ts";

/** Creations of one batch. */
export class CreationBatch implements BatchKind<PendingCreation> {
  readonly #clock: () => Date;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  async send(lane: Lane, batch: readonly PendingCreation[]): Promise<PendingCreation[]> {
    const now = this.#clock();
    // In one order everywhere, since a unique index may make one batch wait for another.
    const sorted = batch.toSorted(byId);
    await openAccounts(lane, claimants(sorted));
    const { statement, values } = creationQuery(sorted, now);
    const rows = await lane.run<CreatedRow>(statement, values);
    const made = new Set(rows.map((row) => row.n));
    return sorted.filter((write, index) => {
      if (made.has(index + 1)) write.resolve(committed(write));
      return !made.has(index + 1);
    });
  }

  async explain(lane: Lane, writes: readonly PendingCreation[]): Promise<PendingCreation[]> {
    if (writes.length === 0) return [];
    const heads = writes.map((write) => write.creation.head);
    const holders = await findHolders(lane, heads.map(sessionOf));
    const accounts = await readAccounts(lane, claimants(writes));
    const living = await countLiving(lane, writes.map(roomWanted), this.#clock());
    return writes.filter((write, index) => {
      const taken =
        takenOutcome(holders[index]!) ??
        refusedOutcome(write, { accounts, living: living[index]! });
      if (taken !== undefined) settle<CreationOutcome>(write, taken);
      // Neither repeated nor taken nor refused: whoever was in the way is gone.
      return taken === undefined;
    });
  }

  refuse(write: PendingCreation, error: unknown): void {
    write.reject(refusal(error));
  }
}

function committed(write: PendingCreation): CreationOutcome {
  const { tally, events, creation } = write;
  const counters = {
    version: tally.events,
    stateVersion: tally.events,
    gateVersion: tally.events,
    messageCount: tally.messages,
    turnCount: tally.turns,
    logBytes: BigInt(tally.bytes),
    updatedAt: createdAt(sessionOf(creation.head)),
  };
  const head = counted(creation.head, counters);
  return { kind: "committed", head, events: placed(events, counters) };
}

/**
 * Makes what is told of whoever has an id, which throws if the holder's state cannot be decoded;
 * undefined if nobody has it. A deleted session keeps its id from everybody but its owner.
 */
export function takenOutcome({ byId, byExternalId }: Holders): (() => Taken) | undefined {
  if (byId && (byId.living || byId.row === undefined)) return () => taken("session_id", byId);
  return byExternalId && (() => taken("external_id", byExternalId));
}

/** Whose accounts the writes claim something of. */
function claimants(writes: readonly PendingCreation[]): AccountOwner[] {
  return writes
    .filter(({ creation }) => claimsAccount(creation))
    .map(({ creation }) => sessionOf(creation.head));
}

function roomWanted({ creation }: PendingCreation): LivingWish {
  return { owner: sessionOf(creation.head), most: creation.maxSessions ?? 0 };
}

/** What the account cannot carry as it stands now; undefined if it can. */
function refusedOutcome(
  { creation }: PendingCreation,
  now: { readonly accounts: ReadonlyMap<string, AccountBalance>; readonly living: number },
): (() => CreationOutcome) | undefined {
  const { claim, maxSessions = Number.POSITIVE_INFINITY, head } = creation;
  if (now.living >= maxSessions) return () => ({ kind: "refused", for: "sessions" });
  if (claim === undefined) return undefined;
  const account = now.accounts.get(accountName(sessionOf(head))) ?? EMPTY_ACCOUNT;
  const { holdMicros, maxOpenRuns = Number.POSITIVE_INFINITY } = claim;
  if (account.openRuns >= maxOpenRuns) return () => ({ kind: "refused", for: "runs" });
  if (holdMicros === undefined || account.availableMicros >= holdMicros) return undefined;
  return () => ({ kind: "refused", for: "balance" });
}

type Taken = Extract<CreationOutcome, { kind: "taken" }>;

function taken(by: Taken["by"], { row }: Holder): Taken {
  return { kind: "taken", by, holder: row === undefined ? "foreign" : headOf(row) };
}

function byId(a: PendingCreation, b: PendingCreation): number {
  const [left, right] = [sessionOf(a.creation.head), sessionOf(b.creation.head)];
  return compare(left.tenantId, right.tenantId) || compare(left.sessionId, right.sessionId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
