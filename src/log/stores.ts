import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/port.ts";
import type { LiveView } from "../live/port.ts";

/** The two homes of a session and what goes with them. */
export interface Stores {
  readonly journal: Journal;
  readonly live: LiveView;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How far a live read may be behind after a fault, in milliseconds. */
  readonly stalenessMs: number;
}
