import { pino } from "pino";
import { systemClock } from "../../src/clock.ts";
import type { Context } from "../../src/context.ts";
import { NO_PLANS } from "../../src/domain/plan.ts";
import { DEFAULT_RETENTION } from "../../src/domain/retention.ts";
import { DEFAULT_WORK_POLICY } from "../../src/domain/work-policy.ts";
import { uuidV7 } from "../../src/ids.ts";
import type { Log } from "../../src/log/log.ts";

/** What handlers have of the service, around a log that a test has made. */
export function handlerContext(log: Log): Context {
  return {
    log,
    clock: systemClock,
    ids: uuidV7,
    work: DEFAULT_WORK_POLICY,
    plans: NO_PLANS,
    retention: DEFAULT_RETENTION,
    publicUrl: () => "http://parley.test",
    logger: pino({ level: "silent" }),
    shutdown: new AbortController().signal,
  };
}
