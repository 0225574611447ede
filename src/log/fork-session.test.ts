import { describe, expect, it } from "vitest";
import { ParleyError } from "../domain/errors.ts";
import { placeEvent } from "../domain/event.ts";
import type { Fork, Receipt } from "../journal/port.ts";
import type { Copy } from "../live/port.ts";
import type { ForkRequest } from "./fork-session.ts";
import { operation, scriptedLog } from "./testing/scripted-log.ts";
import { headAt, ID, OWNER, said } from "./testing/sessions.ts";

const NEW = headAt(1, { uid: "uid-fork", sessionId: "fork" });

function forking(request: Partial<ForkRequest> = {}): ForkRequest {
  return {
    principal: OWNER,
    id: ID,
    atSeq: undefined,
    operation: operation(),
    retryable: false,
    begin: () => ({ head: NEW, event: said("forked") }),
    ...request,
  };
}

/** A log on a journal that forks whatever it is asked to. */
function setUp(version: number) {
  const scripted = scriptedLog(version);
  scripted.journal.readPastState = async () => ({ base: undefined, events: [] });
  scripted.journal.forkSession = async ({ head, event, from }: Fork) => ({
    kind: "committed",
    head,
    events: [placeEvent(event.bytes, from.seq + 1, 1)],
  });
  return scripted;
}

describe("a fork", () => {
  it("is of what the journal has, however fresh the view is", async () => {
    const { log, calls, view } = setUp(5);
    view.held = { head: headAt(3), fresh: true };
    const places: number[] = [];
    const begin: ForkRequest["begin"] = (_, seq) => {
      places.push(seq);
      return { head: NEW, event: said("forked") };
    };
    expect(await log.fork(forking({ begin }))).toEqual({ head: NEW });
    expect(places).toEqual([5]);
    expect(calls.given<Fork>("journal.forkSession")?.from).toEqual({
      uid: headAt(5).uid,
      seq: 5,
    });
  });

  it("is put into the view as of a moment before its commit", async () => {
    const { log, calls } = setUp(5);
    await log.fork(forking());
    const copy = calls.named("live.install").at(-1)?.args[0] as Copy;
    expect(copy.head).toEqual(NEW);
    expect(copy.events.map(({ seq }) => seq)).toEqual([6]);
    expect(copy.asOf).toBeLessThan(calls.named("journal.forkSession")[0]?.moment ?? 0);
  });

  it.each([
    ["beyond the log", 5, 6, "invalid_argument"],
    ["after too many events", 100_001, undefined, "payload_too_large"],
  ])("%s is refused before anything is copied", async (_, version, atSeq, reason) => {
    const { log, calls, kept } = setUp(5);
    kept[0]!.head = headAt(version);
    await expect(log.fork(forking({ atSeq }))).rejects.toMatchObject({ reason });
    expect(calls.named("journal.forkSession")).toEqual([]);
  });

  it("of somebody else's session is of none", async () => {
    const { log, calls } = setUp(5);
    const principal = { ...OWNER, userId: "stranger" };
    await expect(log.fork(forking({ principal }))).rejects.toMatchObject({
      reason: "session_not_found",
    });
    expect(calls.named("journal.forkSession")).toEqual([]);
  });

  it("of a log that is gone by then is of none", async () => {
    const { log, journal } = setUp(5);
    journal.forkSession = async () => ({ kind: "gone" });
    await expect(log.fork(forking())).rejects.toMatchObject({ reason: "session_not_found" });
  });

  it("tells who has the id", async () => {
    const { log, journal } = setUp(5);
    journal.forkSession = async () => ({ kind: "taken", by: "session_id", holder: "foreign" });
    expect(await log.fork(forking())).toEqual({ holder: "foreign", by: "session_id" });
  });
});

describe("a fork that was made before", () => {
  const named = operation("again");
  const receipt: Receipt = {
    uid: NEW.uid,
    requestHash: named.requestHash,
    firstSeq: 6,
    lastSeq: 6,
    head: NEW,
  };

  it("is answered by its receipt, even if the original is gone", async () => {
    const { log, calls, journal, kept } = setUp(5);
    kept.length = 0;
    journal.findReceipt = async () => receipt;
    const request = forking({ operation: named, retryable: true });
    expect(await log.fork(request)).toEqual({ head: NEW });
    expect(calls.names()).toEqual(["journal.findReceipt"]);
  });

  it("under the same name with another request is a conflict", async () => {
    const { log, journal } = setUp(5);
    journal.findReceipt = async () => ({ ...receipt, requestHash: new Uint8Array(32).fill(1) });
    const request = forking({ operation: named, retryable: true });
    await expect(log.fork(request)).rejects.toThrow(ParleyError);
    await expect(log.fork(request)).rejects.toMatchObject({ reason: "idempotency_conflict" });
  });

  it("at the same moment is answered by its receipt too", async () => {
    const { log, journal } = setUp(5);
    journal.forkSession = async () => ({ kind: "repeated", receipt });
    const request = forking({ operation: named, retryable: true });
    expect(await log.fork(request)).toEqual({ head: NEW });
  });
});
