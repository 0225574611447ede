import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { Config } from "./config/config.ts";
import { isAway } from "./domain/errors.ts";
import { FolderInUse, openPgliteJournal, openPostgresJournal } from "./journal/index.ts";
import type { Journal } from "./journal/port.ts";
import { openMemoryView, openRedisView } from "./live/index.ts";
import type { LiveView } from "./live/port.ts";

/** How long the start waits for a Postgres that is not up yet, in milliseconds. */
const JOURNAL_PATIENCE_MS = 30_000;
const RETRY_MS = 500;
/** Between two log lines about a Redis that is away: it is tried several times a second. */
const COMPLAINT_MS = 30_000;

/** Opens where sessions are kept; waits a while for a database that starts too. */
export async function openJournal(
  { journal }: Config,
  clock: Clock,
  logger: Logger,
): Promise<Journal> {
  const now = () => clock.now();
  if (journal.kind === "pglite") return openEmbedded(journal.dataDir, now);
  const deadline = performance.now() + JOURNAL_PATIENCE_MS;
  for (let said = false; ; said = true) {
    try {
      return await openPostgresJournal({ url: journal.url.reveal(), clock: now });
    } catch (error) {
      if (!isAway(error)) throw error;
      if (performance.now() > deadline) {
        throw new Error(`DATABASE_URL: ${journal.url} cannot be reached`, { cause: error });
      }
      if (!said) logger.warn(`waiting for Postgres at ${journal.url}`);
      await pause(RETRY_MS);
    }
  }
}

async function openEmbedded(dir: string, clock: () => Date): Promise<Journal> {
  try {
    return await openPgliteJournal({ dir, clock });
  } catch (error) {
    if (error instanceof FolderInUse) throw new Error(`PARLEY_DATA: ${error.message}`);
    throw error;
  }
}

/** How far live reads may be behind after a fault: not at all where nobody else can write. */
export function stalenessOf({ live }: Config, journal: Journal): number {
  const alone = live.redisUrl === undefined && journal.exclusive;
  return alone ? Number.POSITIVE_INFINITY : live.stalenessMs;
}

/** Opens where sessions are at hand. A Redis that is away does not hinder the start. */
export async function openLiveView(
  { live }: Config,
  stalenessMs: number,
  logger: Logger,
): Promise<LiveView> {
  const onError = atMostEvery(COMPLAINT_MS, (error) => {
    logger.warn({ err: error }, "the live view has trouble; reads go to the journal meanwhile");
  });
  if (live.redisUrl === undefined) return openMemoryView({ boundMs: stalenessMs, onError });
  const redis = live.redisUrl.reveal();
  return openRedisView({ redis, prefix: live.keyPrefix, boundMs: stalenessMs, onError });
}

function atMostEvery(ms: number, tell: (error: unknown) => void): (error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    tell(error);
  };
}
