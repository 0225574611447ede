import { clone } from "@bufbuild/protobuf";
import { pino } from "pino";
import { onTestFinished, vi } from "vitest";
import { HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import type { Journal } from "../../journal/port.ts";
import { createLog, type Log } from "../log.ts";
import type { ReadRequest } from "../read-session.ts";
import type { WriteRequest } from "../write-session.ts";
import { Calls } from "./calls.ts";
import { type Kept, scriptedJournal } from "./scripted-journal.ts";
import { ScriptedView } from "./scripted-view.ts";
import { eventsBetween, headAt, ID, OWNER } from "./sessions.ts";

export const STALENESS_MS = 2000;

/** Turns of the event loop after time has passed: those who tell much leave some to others. */
const TURNS = 64;

/** A log on two stores that do what the test says, and a time that goes on when it says so. */
export interface ScriptedLog {
  readonly log: Log;
  readonly calls: Calls;
  /** Sessions of the journal, the one that an id names first. */
  readonly kept: Kept[];
  /** What the journal answers; a test replaces methods of it. */
  readonly journal: Journal;
  readonly view: ScriptedView;
  /** Lets so many milliseconds pass, with all that happens in them. */
  pass(ms: number): Promise<void>;
  /** Appends to a session of the journal without telling anybody. */
  grow(to: number, uid?: string): void;
}

/** Until the end of the test, time stands still but for `pass`. */
export function scriptedLog(version = 3): ScriptedLog {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
  const calls = new Calls();
  const kept: Kept[] = [{ head: headAt(version), events: eventsBetween(0, version) }];
  const journal = scriptedJournal(kept);
  const view = new ScriptedView(calls);
  const log = createLog({
    journal: calls.record("journal", journal),
    live: calls.record("live", view.answers),
    clock: { now: () => new Date(), monotonic: () => Date.now() },
    logger: pino({ level: "silent" }),
    stalenessMs: STALENESS_MS,
  });
  onTestFinished(() => {
    log.close();
    vi.useRealTimers();
  });
  return {
    log,
    calls,
    kept,
    journal,
    view,
    async pass(ms) {
      await vi.advanceTimersByTimeAsync(ms);
      for (let turn = 0; turn < TURNS; turn++)
        await new Promise((resolve) => setImmediate(resolve));
    },
    grow(to, uid) {
      const session = kept.find(({ head }) => uid === undefined || head.uid === uid);
      if (session === undefined) throw new Error("no such session");
      session.events.push(...eventsBetween(session.events.length, to));
      session.head = clone(HeadSchema, session.head);
      const counters = { version: to, messageCount: to - 1, turnCount: to - 1 };
      Object.assign(session.head.session ?? {}, counters);
    },
  };
}

/** A read of the session by its owner; live unless said otherwise. */
export function reading(request: Partial<ReadRequest> = {}): ReadRequest {
  const { LIVE } = Consistency;
  return { principal: OWNER, id: ID, consistency: LIVE, atLeastVersion: 0, ...request };
}

/** A write to the session by its owner, which is no retry. */
export function writing(
  decide: WriteRequest["decide"],
  request: Partial<WriteRequest> = {},
): WriteRequest {
  return { principal: OWNER, id: ID, operation: operation(), retryable: false, decide, ...request };
}

export function operation(key: string = crypto.randomUUID()): WriteRequest["operation"] {
  const { tenantId, userId } = OWNER;
  return { tenantId, userId, method: "test.Write", key, requestHash: new Uint8Array(32) };
}
