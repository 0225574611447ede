import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { GrantSchema } from "../../gen/parley/store/v1/head_pb.js";
import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { Permission, ShareSchema } from "../../gen/parley/v1/share_pb.js";
import { unavailable } from "../domain/errors.ts";
import type { Copy, LiveKey } from "../live/port.ts";
import { reading, scriptedLog } from "./testing/scripted-log.ts";
import { eventsBetween, headAt, OWNER } from "./testing/sessions.ts";

const STRONG = reading({ consistency: Consistency.STRONG });
const WITH_EVENTS = reading({ want: { eventsAfter: 0 } });

const away = async () => {
  throw unavailable();
};
const never = () => new Promise<never>(() => {});

describe("a live read", () => {
  it("of a fresh copy asks the journal nothing", async () => {
    const { log, calls, view } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: true, events: eventsBetween(0, 3) };
    const { session, stale, events } = await log.read(WITH_EVENTS);
    expect(session.version).toBe(3);
    expect(stale).toBe(false);
    expect(events?.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(calls.names()).toEqual(["live.read"]);
  });

  it("of a copy that is not fresh asks the journal", async () => {
    const { log, view } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: false };
    const { session, stale } = await log.read(reading());
    expect([session.version, stale]).toEqual([4, false]);
  });

  it("fills the view, as of the moment of its miss, before it answers", async () => {
    const { log, calls, view, pass } = scriptedLog(4);
    const installed = Promise.withResolvers<void>();
    view.answers.install = () => installed.promise;
    let answered = false;
    const read = log.read(reading()).then(() => {
      answered = true;
    });
    await pass(10);
    expect(answered).toBe(false);
    const copy = calls.given<Copy>("live.install");
    expect(copy?.head).toEqual(headAt(4));
    expect(copy?.asOf).toBe(calls.named("live.read")[0]?.moment);
    installed.resolve();
    await read;
  });

  it("goes on without a view that is away", async () => {
    const { log, view } = scriptedLog(4);
    view.answers.read = () => Promise.reject(new Error("away"));
    view.answers.install = () => Promise.reject(new Error("away"));
    expect((await log.read(reading())).session.version).toBe(4);
  });

  it.each([
    ["deleted", headAt(3, { deleted: new Date(0) }), 0],
    ["another's", headAt(3, { userId: "somebody" }), 0],
    ["another tenant's", headAt(3, { tenantId: "elsewhere" }), 0],
    ["older than the caller knows it", headAt(3), 4],
  ])("asks the journal where the copy is %s", async (_, head, atLeastVersion) => {
    const { log, journal, view } = scriptedLog(4);
    view.held = { head, fresh: true };
    const { session, stale } = await log.read(reading({ atLeastVersion }));
    expect([session.version, stale]).toEqual([4, false]);
    journal.readHead = away;
    const read = log.read(reading({ atLeastVersion }));
    await expect(read).rejects.toMatchObject({ reason: "unavailable" });
  });

  it("refuses a version that the session has not reached", async () => {
    const { log } = scriptedLog(4);
    const read = log.read(reading({ atLeastVersion: 5 }));
    await expect(read).rejects.toMatchObject({ reason: "invalid_argument" });
  });
});

describe("a read of what is shared", () => {
  const guest = { ...OWNER, userId: "guest" };
  const shared = (version: number) => {
    const head = headAt(version);
    const share = create(ShareSchema, { permissions: Permission.VIEW, recipients: ["guest"] });
    head.grants = [create(GrantSchema, { share })];
    return head;
  };

  it("finds its way by the journal, then by the view under the owner's key for a while", async () => {
    const { log, calls, view, journal, pass } = scriptedLog(4);
    journal.readHead = async () => shared(4);
    const request = { ...reading(), principal: guest };
    expect((await log.read(request)).access.permission).toBe(Permission.VIEW);
    view.held = { head: shared(4), fresh: true };
    calls.forget();
    expect((await log.read(request)).session.version).toBe(4);
    expect(calls.names()).toEqual(["live.read"]);
    expect(calls.given<LiveKey>("live.read")).toMatchObject({ userId: OWNER.userId });
    await pass(2000);
    calls.forget();
    await log.read(request);
    expect(calls.names()).toContain("journal.readHead");
  });

  it("asks the journal where the copy lets its caller in no longer, or is another's", async () => {
    const { log, view, journal } = scriptedLog(4);
    journal.readHead = async () => shared(4);
    const request = { ...reading(), principal: guest };
    await log.read(request);
    view.held = { head: headAt(5), fresh: true };
    journal.readHead = async () => undefined;
    await expect(log.read(request)).rejects.toMatchObject({ reason: "session_not_found" });
    view.held = { head: headAt(5, { userId: "another" }), fresh: true };
    await expect(log.read(reading())).rejects.toMatchObject({ reason: "session_not_found" });
  });
});

describe("while the journal is away", () => {
  it("a copy that is not fresh is answered, marked as stale", async () => {
    const { log, journal, view } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: false, events: eventsBetween(0, 3) };
    journal.readHead = away;
    const { session, stale, events } = await log.read(WITH_EVENTS);
    expect([session.version, stale]).toEqual([3, true]);
    expect(events?.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("what the view does not have is unavailable, as are strong reads", async () => {
    const { log, journal, view } = scriptedLog(4);
    journal.readHead = away;
    await expect(log.read(reading())).rejects.toMatchObject({ reason: "unavailable" });
    view.held = { head: headAt(3), fresh: true };
    await expect(log.read(STRONG)).rejects.toMatchObject({ reason: "unavailable" });
  });

  it("other failures of it are not taken for absence", async () => {
    const { log, journal, view } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: false };
    journal.readHead = () => Promise.reject(new Error("cannot be decoded"));
    await expect(log.read(reading())).rejects.toThrow("cannot be decoded");
  });
});

describe("while the journal hangs", () => {
  it("a read waits a second, then gives its copy, marked as stale", async () => {
    const { log, journal, view, pass } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: false };
    journal.readHead = never;
    let given: { version: number; stale: boolean } | undefined;
    void log.read(reading()).then(({ session: { version }, stale }) => {
      given = { version, stale };
    });
    await pass(999);
    expect(given).toBeUndefined();
    await pass(1);
    expect(given).toEqual({ version: 3, stale: true });
  });

  it("a strong read waits on", async () => {
    const { log, journal, view, pass } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: true };
    const head = Promise.withResolvers<ReturnType<typeof headAt>>();
    journal.readHead = () => head.promise;
    const read = log.read(STRONG);
    await pass(60_000);
    head.resolve(headAt(4));
    const { session, stale } = await read;
    expect([session.version, stale]).toEqual([4, false]);
  });
});

describe("a strong read", () => {
  it("is the journal's word, installed as of a moment before it was asked", async () => {
    const { log, calls, view } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: true };
    expect((await log.read(STRONG)).session.version).toBe(4);
    expect(calls.names()).toEqual(["journal.readHead", "live.install"]);
    const copy = calls.given<Copy>("live.install");
    expect(copy?.head).toEqual(headAt(4));
    expect(copy?.asOf).toBeGreaterThan(0);
    expect(copy?.asOf).toBeLessThan(calls.named("journal.readHead")[0]?.moment ?? 0);
  });
});

describe("events that were wanted and are not in the view", () => {
  it("are put back, all of a short session", async () => {
    const { log, calls, view } = scriptedLog(128);
    view.held = { head: headAt(128), fresh: false };
    const { events } = await log.read(reading({ want: { eventsAfter: 100 } }));
    expect(events?.map(({ seq }) => seq)).toEqual(eventsBetween(100, 128).map(({ seq }) => seq));
    const seqs = calls.given<Copy>("live.install")?.events.map(({ seq }) => seq);
    expect(seqs).toEqual(eventsBetween(0, 128).map(({ seq }) => seq));
    const [head, tail] = ["journal.readHead", "journal.readEvents"].map((n) => calls.named(n)[0]);
    expect(tail?.moment).toBeGreaterThan(head?.moment ?? Number.POSITIVE_INFINITY);
  });

  it("are put back, the last ones of a long session", async () => {
    const { log, calls, view } = scriptedLog(300);
    view.held = { head: headAt(300), fresh: false };
    const { events } = await log.read(reading({ want: { lastEvents: 20 } }));
    expect(events?.map(({ seq }) => seq)).toEqual(eventsBetween(280, 300).map(({ seq }) => seq));
    const seqs = calls.given<Copy>("live.install")?.events.map(({ seq }) => seq);
    expect(seqs).toEqual(eventsBetween(172, 300).map(({ seq }) => seq));
  });

  it.each([
    [8192n, 1],
    [8193n, 0],
  ])("are where %i bytes an event leave room in a tail: %i", async (bytes, times) => {
    const { log, calls, kept } = scriptedLog(300);
    kept[0]!.head = headAt(300, { logBytes: 300n * bytes });
    await log.read(reading({ want: { lastEvents: 20 } }));
    expect(calls.named("journal.readEvents")).toHaveLength(times);
  });

  it.each([
    ["the session is long", 129, undefined, WITH_EVENTS],
    ["they are there", 3, eventsBetween(0, 3), WITH_EVENTS],
    ["nobody wants them", 3, undefined, reading()],
  ])("are not where %s", async (_, version, events, request) => {
    const { log, calls, view } = scriptedLog(version);
    view.held = { head: headAt(version), fresh: false, ...(events && { events }) };
    await log.read(request);
    expect(calls.named("journal.readEvents")).toHaveLength(0);
    expect(calls.given<Copy>("live.install")?.events).toEqual([]);
  });

  it("are not where the journal does not give them all", async () => {
    const { log, calls, journal } = scriptedLog(3);
    journal.readEvents = async () => eventsBetween(0, 2);
    const { events } = await log.read(WITH_EVENTS);
    expect(events).toBeUndefined();
    expect(calls.given<Copy>("live.install")?.events).toEqual([]);
  });
});
