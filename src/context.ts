import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { PlanBook } from "./domain/plan.ts";
import type { Retention } from "./domain/retention.ts";
import type { WorkPolicy } from "./domain/work-policy.ts";
import type { Ids } from "./ids.ts";
import type { Log } from "./log/log.ts";

/** All that a handler may use. Built once, by the service. */
export interface Context {
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
  /** How work is to be done here. */
  readonly work: WorkPolicy;
  /** Where callers reach the service, without a slash at the end. */
  readonly publicUrl: () => string;
  /** What callers may do here. */
  readonly plans: PlanBook;
  /** How long what is over is kept. */
  readonly retention: Retention;
  readonly logger: Logger;
  /** Aborted when the service begins to stop. */
  readonly shutdown: AbortSignal;
}
