import type { Logger } from "pino";
import type { Log } from "./log/log.ts";

/** All that a handler may use. Built once, by the service. */
export interface Context {
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Aborted when the service begins to stop. */
  readonly shutdown: AbortSignal;
}

export interface Clock {
  now(): Date;
  /** Milliseconds that never go back; comparable within this process only. */
  monotonic(): number;
}

export interface Ids {
  /** A new UUIDv7. */
  uuid(): string;
}
