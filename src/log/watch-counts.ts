import { quotaExceeded } from "../domain/errors.ts";
import type { AccountOwner } from "../journal/port.ts";

/** How many watches each user has open, in this process. */
export class WatchCounts {
  readonly #open = new Map<string, number>();

  of(owner: AccountOwner): number {
    return this.#open.get(nameOf(owner)) ?? 0;
  }

  /**
   * Counts one more; what it gives is to be called once when that watch has ended.
   * @param most with this one
   * @throws {ParleyError} `session_quota_exceeded` if there are too many
   */
  enter(owner: AccountOwner, most = Number.POSITIVE_INFINITY): () => void {
    const open = this.of(owner);
    if (open >= most) throw quotaExceeded("watches");
    this.#open.set(nameOf(owner), open + 1);
    return () => this.#leave(owner);
  }

  #leave(owner: AccountOwner): void {
    const left = this.of(owner) - 1;
    if (left > 0) this.#open.set(nameOf(owner), left);
    else this.#open.delete(nameOf(owner));
  }
}

function nameOf({ tenantId, userId }: AccountOwner): string {
  return `${tenantId.length} ${tenantId} ${userId}`;
}
