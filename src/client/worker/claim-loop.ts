import { failureOf } from "../failure.ts";
import { backoffMs, isWorthTelling, sleep } from "./backoff.ts";
import type { Claimed } from "./job-run.ts";
import type { Settings } from "./settings.ts";
import type { CallOptions } from "./worker-client.ts";

/** For the answer to a claim, beyond what it may wait for a task. */
const ANSWER_MS = 10_000;
/** A server that has nothing and does not wait is asked about once a second. */
const EMPTY_MS = 1_000;
/** How long a claim that was broken off is asked about. */
const RECALL_MS = 1_000;

/** Where claimed tasks go. */
export interface Slots {
  /** Resolves when there is room for a task. */
  free(): Promise<void>;
  take(claimed: Claimed): void;
}

/**
 * Claims one task after the other until the signal is aborted. Nothing else ends it.
 * @returns a task that came when none was wanted any more
 */
export async function claimTasks(
  settings: Settings,
  slots: Slots,
  signal: AbortSignal,
): Promise<Claimed | undefined> {
  let claim = new Claim(settings);
  for (let failures = 0; !signal.aborted; ) {
    await slots.free();
    const askedAt = performance.now();
    try {
      const claimed = await claim.send(signal);
      failures = 0;
      claim = new Claim(settings);
      if (signal.aborted) return claimed;
      if (claimed !== undefined) slots.take(claimed);
      else await pause(askedAt + EMPTY_MS - performance.now(), signal);
    } catch (error) {
      if (signal.aborted) break;
      failures++;
      if (isWorthTelling(failures)) settings.tell(error, { doing: "claimTask" });
      const failure = failureOf(error);
      if (claim.isOld()) claim = new Claim(settings);
      await pause(Math.max(backoffMs(failures), failure.retryAfterMs ?? 0), signal);
    }
  }
  return claim.recall();
}

/** One claim, which may have to be sent several times until it is known what became of it. */
class Claim {
  readonly #settings: Settings;
  readonly #requestId = crypto.randomUUID();
  #firstSentAt = 0;
  #sent = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  send(signal: AbortSignal): Promise<Claimed | undefined> {
    signal.throwIfAborted();
    return this.#ask({ signal, timeoutMs: this.#settings.waitMs + ANSWER_MS });
  }

  /** True when what it may have got is offered to others again, so that asking anew loses nothing. */
  isOld(): boolean {
    return performance.now() - this.#firstSentAt > this.#settings.leaseSeconds * 1000;
  }

  /** After it was broken off: it may have got a task that nobody knows of yet. */
  async recall(): Promise<Claimed | undefined> {
    if (this.#sent === 0) return undefined;
    return this.#ask({ timeoutMs: RECALL_MS }).catch(() => undefined);
  }

  async #ask(options: CallOptions): Promise<Claimed | undefined> {
    const { client, workerId, types, agentIds, tenantIds, waitMs, leaseSeconds } = this.#settings;
    if (this.#sent++ === 0) this.#firstSentAt = performance.now();
    const requestId = this.#requestId;
    const { assignment } = await client.claimTask(
      { workerId, types, agentIds, tenantIds, waitMs, leaseSeconds, requestId },
      options,
    );
    if (assignment?.task === undefined) return undefined;
    const { task, leaseId, session } = assignment;
    return { task, leaseId, session, late: this.#sent > 1 };
  }
}

/** Ends early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, signal).catch(() => undefined);
}
