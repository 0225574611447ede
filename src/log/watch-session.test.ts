import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { unavailable } from "../domain/errors.ts";
import { placeEvent } from "../domain/event.ts";
import { scriptedLog } from "./testing/scripted-log.ts";
import { event, eventsBetween, headAt, UID } from "./testing/sessions.ts";
import { Watching } from "./testing/watching.ts";

const away = async () => {
  throw unavailable();
};

describe("a watcher", () => {
  it("subscribes, then reads what is there, then follows", async () => {
    const { log, calls, view, pass, grow } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    const watching = new Watching(log, { afterSeq: 1 });
    await pass(0);
    expect(watching.seqs).toEqual([2, 3]);
    const [subscribed, read] = ["live.subscribe", "journal.readHead"].map((n) => calls.named(n)[0]);
    expect(read?.moment).toBeGreaterThan(subscribed?.moment ?? Number.POSITIVE_INFINITY);
    grow(4);
    view.wake(UID, 4);
    await pass(0);
    expect(watching.seqs).toEqual([2, 3, 4]);
  });

  it("sees what was written while it subscribed, without any wake-up", async () => {
    const { log, view, pass, grow } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    const { subscribe } = view.answers;
    view.answers.subscribe = async (key, listener) => {
      grow(4);
      return subscribe(key, listener);
    };
    const watching = new Watching(log, { afterSeq: 3 });
    await pass(0);
    expect(watching.seqs).toEqual([4]);
  });

  it("gets every event once and in order, whatever wake-ups come in whatever order", async () => {
    const { log, view, pass, grow } = scriptedLog(3);
    const watching = new Watching(log, { afterSeq: 3 });
    await pass(0);
    grow(9);
    for (const version of [9, 5, 4, 9, 7]) {
      view.wake(UID, version);
      await pass(0);
    }
    grow(12);
    for (const version of [11, 10, 12]) view.wake(UID, version);
    await pass(0);
    expect(watching.seqs).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(watching.end).toBeUndefined();
    await pass(15_000);
    expect(watching.positions).toEqual(["IDLE 12/12"]);
  });

  it("does not hear of another session that had or got its id", async () => {
    const { log, calls, view, pass } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    calls.forget();
    view.wake("uid-of-another", 9);
    await pass(0);
    expect(calls.all).toEqual([]);
    await pass(15_000);
    expect(watching.positions).toEqual(["IDLE 3/3"]);
  });

  it("is told that the stream lives, every 15 s of silence", async () => {
    const { log, pass } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(14_999);
    expect(watching.positions).toEqual([]);
    await pass(1);
    await pass(15_000);
    expect(watching.positions).toEqual(Array(2).fill("IDLE 3/3"));
  });

  it("is told so while the journal is away, too", async () => {
    const { log, journal, pass } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    Object.assign(journal, { readHead: away, readEvents: away, readVersions: away });
    await pass(30_000);
    expect(watching.positions).toEqual(Array(2).fill("IDLE 3/3"));
  });

  it("is told so even while something is known to be new that neither store can give", async () => {
    const { log, view, journal, pass, grow } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    grow(4);
    Object.assign(journal, { readHead: away, readEvents: away, readVersions: away });
    view.wake(UID, 4);
    await pass(30_000);
    expect(watching.positions).toEqual(["IDLE 3/4", "IDLE 3/4"]);
  });

  it("is told where to resume when the service stops", async () => {
    const { log, pass } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    watching.stop();
    await pass(0);
    expect(watching.positions).toEqual(["CLOSING 3/3"]);
    expect(watching.end).toBe("left");
  });
});

describe("a watcher of some kinds of events", () => {
  /** Every other event is a note of an agent. */
  function notes(afterSeq: number, upToSeq: number) {
    return eventsBetween(afterSeq, upToSeq).map((record) => {
      if (record.seq % 2 === 0) return record;
      const { bytes } = event({ case: "agentEvent", value: { name: "note" } });
      return placeEvent(bytes, record.seq, record.turn);
    });
  }

  it("gets those, and positions that say how far the others were passed over", async () => {
    const { log, kept, view, pass } = scriptedLog(3);
    kept[0] = { head: headAt(6), events: notes(0, 6) };
    const watching = new Watching(log, { afterSeq: 0, kinds: ["agent_event"] });
    await pass(0);
    expect(watching.seqs).toEqual([1, 3, 5]);
    await pass(15_000);
    expect(watching.positions).toEqual(["IDLE 6/6"]);
    kept[0] = { head: headAt(9), events: notes(0, 9) };
    view.wake(UID, 9);
    await pass(0);
    expect(watching.seqs).toEqual([1, 3, 5, 7, 9]);
  });

  it("resumes from such a position without missing or repeating any", async () => {
    const { log, kept, pass } = scriptedLog(3);
    kept[0] = { head: headAt(6), events: notes(0, 6) };
    const first = new Watching(log, { afterSeq: 5, kinds: ["agent_event", "no_such_kind"] });
    await pass(15_000);
    expect(first.positions).toEqual(["IDLE 6/6"]);
    first.leave();
    kept[0] = { head: headAt(8), events: notes(0, 8) };
    const second = new Watching(log, { afterSeq: 6, kinds: ["agent_event", "no_such_kind"] });
    await pass(0);
    expect(second.seqs).toEqual([7]);
  });

  it("is told that the stream lives although other events keep coming", async () => {
    const { log, view, pass, grow } = scriptedLog(3);
    const watching = new Watching(log, { kinds: ["no_such_kind"] });
    for (let version = 4; version < 24; version++) {
      await pass(1000);
      grow(version);
      view.wake(UID, version);
      await pass(0);
    }
    expect(watching.seqs).toEqual([]);
    expect(watching.positions).toHaveLength(1);
  });

  it("learns of the end of the session, though that is none of them", async () => {
    const { log, kept, view, pass } = scriptedLog(3);
    const watching = new Watching(log, { kinds: ["message"] });
    await pass(0);
    const { bytes } = event({ case: "sessionDeleted", value: {} });
    const events = [...eventsBetween(0, 3), placeEvent(bytes, 4, 2)];
    kept[0] = { head: headAt(4, { deleted: new Date() }), events };
    view.wake(UID, 4);
    await pass(0);
    expect(watching.seqs).toEqual([]);
    expect(watching.end).toMatchObject({ reason: "session_not_found" });
  });
});

describe("a watcher until a terminal status", () => {
  const status = SessionStatus.COMPLETED;

  it("leaves with a position after the last event before it", async () => {
    const { log, kept, view, pass, grow } = scriptedLog(3);
    const watching = new Watching(log, { untilTerminal: true });
    const other = new Watching(log);
    await pass(0);
    grow(4);
    view.wake(UID, 4);
    await pass(0);
    expect(watching.end).toBeUndefined();
    kept[0] = { head: headAt(6, { status }), events: eventsBetween(0, 6) };
    view.wake(UID, 5);
    await pass(0);
    expect(watching.seqs).toEqual([4, 5, 6]);
    expect(watching.positions).toEqual(["TERMINAL 6/6"]);
    expect(watching.end).toBe("left");
    expect([other.seqs, other.end]).toEqual([[4, 5, 6], undefined]);
  });

  it("leaves at once where it is reached already, with what came before", async () => {
    const { log, kept, pass } = scriptedLog(3);
    kept[0] = { head: headAt(3, { status }), events: eventsBetween(0, 3) };
    const all = new Watching(log, { untilTerminal: true, afterSeq: 1 });
    const none = new Watching(log, { untilTerminal: true, kinds: ["no_such_kind"], afterSeq: 0 });
    await pass(0);
    expect([all.seqs, all.positions, all.end]).toEqual([[2, 3], ["TERMINAL 3/3"], "left"]);
    expect([none.seqs, none.positions, none.end]).toEqual([[], ["TERMINAL 3/3"], "left"]);
  });

  it("looks once for all who wait for it", async () => {
    const { log, calls, view, pass, grow } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    const watchings = Array.from({ length: 20 }, () => new Watching(log, { untilTerminal: true }));
    await pass(0);
    grow(4);
    view.held = { head: headAt(4), fresh: true, events: eventsBetween(0, 4) };
    calls.forget();
    view.wake(UID, 4);
    await pass(0);
    for (const { seqs } of watchings) expect(seqs).toEqual([4]);
    expect(calls.names()).toEqual(["live.read", "live.read"]);
  });

  it("stays while nobody can say how the session stands", async () => {
    const { log, kept, view, journal, pass } = scriptedLog(3);
    const { readHead } = journal;
    const watching = new Watching(log, { untilTerminal: true });
    await pass(0);
    kept[0] = { head: headAt(4, { status }), events: eventsBetween(0, 4) };
    journal.readHead = away;
    view.wake(UID, 4);
    await pass(5000);
    expect([watching.seqs, watching.end]).toEqual([[4], undefined]);
    journal.readHead = readHead;
    await pass(1000);
    expect(watching.positions).toEqual(["TERMINAL 4/4"]);
  });
});

describe("a place to watch from that is beyond the end", () => {
  it("is a mistake by the journal's word", async () => {
    const { log, pass } = scriptedLog(3);
    const watching = new Watching(log, { afterSeq: 4 });
    await pass(0);
    expect(watching.end).toMatchObject({ reason: "invalid_argument" });
  });

  it("is none by that of a head that may be too old", async () => {
    const { log, view, journal, pass } = scriptedLog(3);
    view.held = { head: headAt(2), fresh: true };
    journal.readHead = away;
    const watching = new Watching(log, { afterSeq: 3 });
    await pass(0);
    expect(watching.end).toMatchObject({ reason: "unavailable" });
  });
});

describe("the end of a watched session", () => {
  it("is noticed when it expires", async () => {
    const { log, kept, pass } = scriptedLog(3);
    const expiresAt = timestampFromMs(Date.now() + 5000);
    kept[0] = { head: headAt(3, { expiresAt }), events: eventsBetween(0, 3) };
    const watching = new Watching(log);
    await pass(4990);
    expect(watching.end).toBeUndefined();
    await pass(20);
    expect(watching.end).toMatchObject({ reason: "session_expired" });
  });

  it("is noticed when it is brought forward, and not before it when it is put off", async () => {
    const { log, kept, view, pass } = scriptedLog(3);
    const until = (ms: number) => timestampFromMs(Date.now() + ms);
    const updated = (seq: number) =>
      placeEvent(event({ case: "sessionUpdated", value: {} }).bytes, seq, 2);
    kept[0] = { head: headAt(3, { expiresAt: until(20_000) }), events: eventsBetween(0, 3) };
    const watching = new Watching(log);
    await pass(0);
    const put = [...eventsBetween(0, 3), updated(4)];
    kept[0] = { head: headAt(4, { expiresAt: until(60_000) }), events: put };
    view.wake(UID, 4);
    await pass(30_000);
    expect(watching.end).toBeUndefined();
    kept[0] = { head: headAt(5, { expiresAt: until(5000) }), events: [...put, updated(5)] };
    view.wake(UID, 5);
    await pass(4990);
    expect([watching.seqs, watching.end]).toEqual([[4, 5], undefined]);
    await pass(20);
    expect(watching.end).toMatchObject({ reason: "session_expired" });
  });

  it("is noticed when it is deleted, after that event", async () => {
    const { log, kept, view, pass } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    const { bytes } = event({ case: "sessionDeleted", value: {} });
    const events = [...eventsBetween(0, 3), placeEvent(bytes, 4, 2)];
    kept[0] = { head: headAt(4, { deleted: new Date() }), events };
    view.wake(UID, 4);
    await pass(0);
    expect(watching.seqs).toEqual([4]);
    expect(watching.end).toMatchObject({ reason: "session_not_found" });
  });

  it("is noticed when another is made under its id", async () => {
    const { log, kept, pass } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    kept[0] = { head: headAt(5, { uid: "uid-2" }), events: eventsBetween(0, 5) };
    await pass(1000);
    expect(watching.seqs).toEqual([]);
    expect(watching.end).toMatchObject({ reason: "session_not_found" });
  });

  it("is noticed at the start, if the view still has the one before", async () => {
    const { log, kept, view, pass } = scriptedLog(3);
    kept[0] = { head: headAt(5, { uid: "uid-2" }), events: eventsBetween(0, 5) };
    view.held = { head: headAt(3), fresh: true };
    const watching = new Watching(log, { afterSeq: 3 });
    await pass(0);
    expect(watching.seqs).toEqual([4, 5]);
    kept[0] = { head: headAt(6, { uid: "uid-2" }), events: eventsBetween(0, 6) };
    view.held = { fresh: false };
    view.wake("uid-2", 6);
    await pass(0);
    expect(watching.seqs).toEqual([4, 5, 6]);
    expect(view.listeners.size).toBe(1);
  });
});
