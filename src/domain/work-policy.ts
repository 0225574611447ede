import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { NO_PRICES, type PriceList } from "./price-list.ts";

/** What a run of a type probably takes where no past runs tell. */
export interface ConfiguredEstimate {
  readonly durationMs: number;
  readonly micros: bigint;
}

/** How an installation wants work to be done. */
export interface WorkPolicy {
  /** Whether runs hold money on their owner's account. */
  readonly accounts: boolean;
  /** Most runs of a user that may be open at a time; undefined: any number. */
  readonly maxOpenRuns: number | undefined;
  /** Types of runs that can be paused. */
  readonly pausable: ReadonlySet<SessionType>;
  /** Of tasks that name none. */
  readonly timeLimitMs: number;
  /** Of tasks that name none. */
  readonly maxAttempts: number;
  readonly estimates: ReadonlyMap<SessionType, ConfiguredEstimate>;
  readonly prices: PriceList;
}

/** Nothing configured: budgets are limits and no more. */
export const DEFAULT_WORK_POLICY: WorkPolicy = {
  accounts: false,
  maxOpenRuns: undefined,
  pausable: new Set([SessionType.RESEARCH, SessionType.ANALYSIS]),
  timeLimitMs: 3_600_000,
  maxAttempts: 3,
  estimates: new Map(),
  prices: NO_PRICES,
};
