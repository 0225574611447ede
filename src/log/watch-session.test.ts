import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
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
