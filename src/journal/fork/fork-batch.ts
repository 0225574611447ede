import { openAccounts } from "../accounts/read-accounts.ts";
import { counted, createdAt, sessionOf } from "../head.ts";
import type { Lane } from "../lane.ts";
import { findHolders } from "../queries/holders.ts";
import { countLiving } from "../queries/living-sessions.ts";
import { type BatchKind, refusal, settle } from "../writer/commit.ts";
import { takenOutcome } from "../writer/creation-batch.ts";
import { placed } from "../writer/placement.ts";
import { FORK_SESSION, type ForkRow, forkValues } from "./fork-statement.ts";
import type { PendingFork } from "./pending-fork.ts";
import type { ForkOutcome } from "./port.ts";

/** Forks, each a statement of its own. */
export class ForkBatch implements BatchKind<PendingFork> {
  readonly #clock: () => Date;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  async send(lane: Lane, batch: readonly PendingFork[]): Promise<PendingFork[]> {
    const unmade: PendingFork[] = [];
    const limited = batch.filter(({ fork }) => fork.maxSessions !== undefined);
    await openAccounts(
      lane,
      limited.map(({ fork }) => sessionOf(fork.head)),
    );
    for (const write of batch) {
      const [row] = await lane.run<ForkRow>(FORK_SESSION, forkValues(write, this.#clock()));
      if (row!.message_count !== null) write.resolve(committed(write, row!));
      else if (row!.found) unmade.push(write);
      else write.resolve({ kind: "gone" });
    }
    return unmade;
  }

  async explain(lane: Lane, writes: readonly PendingFork[]): Promise<PendingFork[]> {
    const holders = await findHolders(
      lane,
      writes.map(({ fork }) => sessionOf(fork.head)),
    );
    const wishes = writes.map(({ fork }) => ({
      owner: sessionOf(fork.head),
      most: fork.maxSessions ?? 0,
    }));
    const living = await countLiving(lane, wishes, this.#clock());
    return writes.filter((write, index) => {
      const stops = takenOutcome(holders[index]!) ?? crowdedOutcome(write, living[index]!);
      if (stops !== undefined) settle<ForkOutcome>(write, stops);
      return stops === undefined;
    });
  }

  refuse(write: PendingFork, error: unknown): void {
    write.reject(refusal(error));
  }
}

function crowdedOutcome(
  { fork: { maxSessions } }: PendingFork,
  living: number,
): (() => ForkOutcome) | undefined {
  if (maxSessions === undefined || living < maxSessions) return undefined;
  return () => ({ kind: "refused", for: "sessions" });
}

function committed({ fork, events }: PendingFork, row: ForkRow): ForkOutcome {
  const version = fork.from.seq + 1;
  const counters = {
    version,
    stateVersion: version,
    gateVersion: version,
    messageCount: row.message_count!,
    turnCount: row.turn_count!,
    logBytes: BigInt(row.log_bytes!),
    updatedAt: createdAt(sessionOf(fork.head)),
  };
  return {
    kind: "committed",
    head: counted(fork.head, counters),
    events: placed(events, counters),
  };
}
