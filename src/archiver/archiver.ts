import type { Logger } from "pino";
import type { Retention } from "../domain/retention.ts";
import { expireTasks } from "./due-tasks.ts";
import { eraseUsers } from "./erasure.ts";
import { archiveExpired, type ExpiryParts } from "./expiry.ts";
import { indexLogs } from "./indexing.ts";
import { forgetOperations } from "./operations.ts";
import { packArchived } from "./packing.ts";
import { finishPurges } from "./purging.ts";
import { purgeArchived, purgeForgotten } from "./retention.ts";
import { Sweeper } from "./sweeper.ts";
import { forgetTickets } from "./tickets.ts";

/** What becomes of sessions by itself. Runs in every replica. */
export interface Archiver {
  start(): void;
  /** Resolves when what was under way has ended. */
  stop(): Promise<void>;
}

export interface ArchiverParts extends ExpiryParts {
  readonly retention: Retention;
  /** How far a live read may be behind, in milliseconds. */
  readonly stalenessMs: number;
}

export function createArchiver(parts: ArchiverParts, logger: Logger): Archiver {
  const { journal, clock } = parts;
  const chores = [
    expireTasks(parts),
    archiveExpired(parts),
    packArchived(journal, clock),
    indexLogs(journal, clock),
    forgetOperations(journal, clock),
    forgetTickets(journal, clock),
    purgeForgotten(parts),
    purgeArchived(parts),
    eraseUsers(parts),
    finishPurges(parts),
  ];
  const sweepers = chores.map((chore) => new Sweeper(chore, logger));
  return {
    start() {
      for (const sweeper of sweepers) sweeper.start();
    },
    async stop() {
      await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
    },
  };
}
