import { counted, createdAt, sessionOf } from "../head.ts";
import type { Lane } from "../lane.ts";
import { findHolders } from "../queries/holders.ts";
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
    return writes.filter((write, index) => {
      const taken = takenOutcome(holders[index]!);
      if (taken !== undefined) settle<ForkOutcome>(write, taken);
      return taken === undefined;
    });
  }

  refuse(write: PendingFork, error: unknown): void {
    write.reject(refusal(error));
  }
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
