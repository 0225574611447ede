import { failureOf } from "../failure.ts";
import { backoffMs, isWorthTelling, sleep } from "./backoff.ts";
import type { Lease } from "./lease.ts";
import { saysLost } from "./retry.ts";
import type { Settings } from "./settings.ts";

const LONGEST_CALL_MS = 10_000;

/**
 * Says that the worker lives, after each third of the lease, until the lease is over.
 * @param atOnce true where the lease may be older than it looks, so that it is asked about first
 */
export async function keepAlive(lease: Lease, settings: Settings, atOnce: boolean): Promise<void> {
  const intervalMs = intervalOf(lease);
  let waitMs = atOnce ? 0 : intervalMs;
  for (let failures = 0; ; ) {
    await sleep(waitMs, lease.over).catch(() => undefined);
    if (lease.over.aborted) return;
    const sentAt = performance.now();
    try {
      await beat(lease, settings);
      failures = 0;
      waitMs = Math.max(0, sentAt + intervalMs - performance.now());
    } catch (error) {
      if (lease.over.aborted) return;
      failures++;
      if (isWorthTelling(failures)) {
        settings.tell(error, { doing: "heartbeat", taskId: lease.taskId });
      }
      waitMs = Math.min(intervalMs, backoffMs(failures));
    }
  }
}

/**
 * After a write was refused because the lease is not the worker's: finds out why. A task that
 * was cancelled says so to a heartbeat only. In the end the lease has ended.
 */
export async function askWhyRefused(
  lease: Lease,
  settings: Settings,
  refusal: unknown,
): Promise<void> {
  await beat(lease, settings).catch(() => undefined);
  lease.end("lease_lost", refusal);
}

async function beat(lease: Lease, { client }: Settings): Promise<void> {
  const { taskId, leaseId, seconds: leaseSeconds, over: signal } = lease;
  const timeoutMs = Math.min(intervalOf(lease), LONGEST_CALL_MS);
  const sentAt = performance.now();
  try {
    const answer = await client.heartbeat({ taskId, leaseId, leaseSeconds }, { signal, timeoutMs });
    lease.heard(sentAt);
    lease.heed(answer.signal);
  } catch (error) {
    if (!saysLost(failureOf(error))) throw error;
    lease.end("lease_lost", error);
  }
}

/** Whole milliseconds: Connect's protocol refuses others as a timeout. */
function intervalOf({ seconds }: Lease): number {
  return Math.floor((seconds * 1000) / 3);
}
