import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ApiKey } from "../../../gen/parley/v1/key_service_pb.js";

/** How exact the time of the last use is, and so how often it is written. */
const PRECISION_MS = 60_000;
/** How long uses are collected before they are written together. */
const COLLECT_MS = 1000;

export interface KeyUsesOptions {
  readonly note: (keyIds: readonly string[], at: Date) => Promise<void>;
  readonly now: () => Date;
}

/** Remembers when keys were last used, behind the callers' backs and at most once a minute each. */
export class KeyUses {
  readonly #options: KeyUsesOptions;
  /** When each key's use was noted, those of the last minute. */
  #noted = new Map<string, number>();
  #waiting = new Set<string>();

  constructor(options: KeyUsesOptions) {
    this.#options = options;
  }

  used({ keyId, lastUsedAt }: ApiKey): void {
    const now = this.#options.now().getTime();
    const written = lastUsedAt === undefined ? 0 : timestampDate(lastUsedAt).getTime();
    const last = Math.max(written, this.#noted.get(keyId) ?? 0);
    if (now - last < PRECISION_MS) return;
    this.#noted.set(keyId, now);
    this.#waiting.add(keyId);
    if (this.#waiting.size === 1) setTimeout(() => void this.#write(), COLLECT_MS).unref();
  }

  async #write(): Promise<void> {
    const keyIds = [...this.#waiting];
    this.#waiting = new Set();
    const now = this.#options.now();
    const since = now.getTime() - PRECISION_MS;
    this.#noted = new Map([...this.#noted].filter(([, at]) => at > since));
    try {
      await this.#options.note(keyIds, now);
    } catch {
      // A time that nobody has to rely on; the next use in a minute tells it again.
    }
  }
}
