import { describe, expect, it } from "vitest";
import { unavailable } from "../domain/errors.ts";
import type { Subscription } from "../live/port.ts";
import { type ScriptedLog, scriptedLog } from "./testing/scripted-log.ts";
import { eventsBetween, headAt, UID } from "./testing/sessions.ts";
import { Watching } from "./testing/watching.ts";

const away = async () => {
  throw unavailable();
};

/** The ranges of events that were read from the journal, in order. */
function journalReads({ calls }: ScriptedLog): unknown[] {
  return calls.named("journal.readEvents").map(({ args: [range] }) => range);
}

describe("wake-ups that are lost", () => {
  it("are made up for within a second, for all watched sessions at once", async () => {
    const { log, calls, kept, pass, grow } = scriptedLog(3);
    const other = { uid: "uid-2", sessionId: "other" };
    kept.push({ head: headAt(3, other), events: eventsBetween(0, 3) });
    const watchings = [new Watching(log), new Watching(log, { id: "other" })];
    await pass(500);
    grow(5);
    grow(4, "uid-2");
    await pass(500);
    expect(watchings.map(({ seqs }) => seqs)).toEqual([[4, 5], [4]]);
    expect(calls.named("journal.readVersions").map(({ args }) => args[0])).toEqual([
      [UID, "uid-2"],
    ]);
  });

  it("since nobody could be subscribed, end when somebody can", async () => {
    const { log, calls, view, pass, grow } = scriptedLog(3);
    const { subscribe } = view.answers;
    view.answers.subscribe = () => Promise.reject(new Error("away"));
    const watching = new Watching(log);
    await pass(1000);
    expect(calls.named("live.subscribe")).toHaveLength(2);
    view.answers.subscribe = subscribe;
    await pass(1000);
    expect(view.listeners.size).toBe(1);
    grow(4);
    view.wake(UID, 4);
    await pass(0);
    expect(watching.seqs).toEqual([4]);
    await pass(5000);
    expect(calls.named("live.subscribe")).toHaveLength(3);
  });
});

describe("when the last watcher of a session leaves", () => {
  it("its subscription is closed, and not before", async () => {
    const { log, view, calls, pass } = scriptedLog(3);
    const [one, other] = [new Watching(log), new Watching(log)];
    await pass(0);
    one.leave();
    await pass(0);
    expect(one.end).toBe("left");
    expect(view.listeners.size).toBe(1);
    other.leave();
    await pass(0);
    expect(view.listeners.size).toBe(0);
    calls.forget();
    await pass(5000);
    expect(calls.all).toEqual([]);
  });

  it("while it is being subscribed, it is closed as soon as it is there", async () => {
    const { log, view, pass } = scriptedLog(3);
    view.answers.subscribe = () => Promise.reject(new Error("away"));
    const watching = new Watching(log);
    await pass(0);
    const subscribed = Promise.withResolvers<Subscription>();
    view.answers.subscribe = () => subscribed.promise;
    await pass(1000);
    watching.leave();
    await pass(0);
    expect(watching.end).toBe("left");
    let closed = 0;
    subscribed.resolve({ close: async () => void closed++ });
    await pass(0);
    expect(closed).toBe(1);
  });

  it("it is forgotten, and the others are not", async () => {
    const { log, calls, kept, pass } = scriptedLog(3);
    const other = { uid: "uid-2", sessionId: "other" };
    kept.push({ head: headAt(3, other), events: eventsBetween(0, 3) });
    const [one, two] = [new Watching(log), new Watching(log, { id: "other" })];
    await pass(0);
    one.leave();
    await pass(1000);
    expect(calls.named("journal.readVersions").at(-1)?.args).toEqual([["uid-2"]]);
    two.leave();
    await pass(0);
    calls.forget();
    await pass(5000);
    expect(calls.all).toEqual([]);
  });
});

describe("what is new is read", () => {
  it("from a fresh tail, once for all who watch", async () => {
    const scripted = scriptedLog(3);
    const { log, view, pass, grow } = scripted;
    const watchings = Array.from({ length: 100 }, () => new Watching(log));
    await pass(0);
    grow(5);
    scripted.calls.forget();
    view.held = { head: headAt(5), fresh: true, events: eventsBetween(0, 5) };
    view.wake(UID, 5);
    await pass(0);
    for (const { seqs } of watchings) expect(seqs).toEqual([4, 5]);
    expect(scripted.calls.names()).toEqual(["live.read"]);
    // One object for all, so that a transport can write it once.
    const told = watchings.map(({ updates }) => updates.find(({ seq }) => seq === 4));
    expect(new Set(told).size).toBe(1);
  });

  it.each([
    ["is not fresh", headAt(4), false],
    ["is another session's", headAt(4, { uid: "uid-2" }), true],
  ])("from the journal where the tail %s", async (_, head, fresh) => {
    const scripted = scriptedLog(3);
    const { log, view, pass, grow } = scripted;
    const watching = new Watching(log);
    await pass(0);
    grow(5);
    view.held = { head, fresh, events: eventsBetween(0, 4) };
    view.wake(UID, 5);
    await pass(0);
    expect(watching.seqs).toEqual([4, 5]);
    expect(journalReads(scripted)).toMatchObject([{ uid: UID, afterSeq: 3 }]);
  });

  it("from whatever tail there is while the journal is away", async () => {
    const { log, view, journal, pass, grow } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    grow(5);
    Object.assign(journal, { readHead: away, readEvents: away, readVersions: away });
    view.held = { head: headAt(5), fresh: false, events: eventsBetween(0, 5) };
    view.wake(UID, 5);
    await pass(0);
    expect(watching.seqs).toEqual([4, 5]);
  });

  it("as soon as the journal is back, where neither store had it", async () => {
    const { log, view, journal, pass, grow } = scriptedLog(3);
    const { readEvents } = journal;
    const watching = new Watching(log);
    await pass(0);
    grow(5);
    // The poll has no part in it: watchers try by themselves.
    Object.assign(journal, { readEvents: away, readVersions: away });
    view.wake(UID, 5);
    await pass(3500);
    expect([watching.seqs, watching.end]).toEqual([[], undefined]);
    journal.readEvents = readEvents;
    await pass(1000);
    expect(watching.seqs).toEqual([4, 5]);
  });
});
