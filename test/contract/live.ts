import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveView, Moment } from "../../src/live/port.ts";
import { faultContract } from "./live-faults.ts";
import { forgetContract } from "./live-forgetting.ts";
import { partialContract } from "./live-partials.ts";
import { look, momentOf, seen, ToySession } from "./live-session.ts";
import { wakeUpContract } from "./live-wake-ups.ts";

/** A live view to be tested, and what can happen to it. */
export interface LiveSubject {
  readonly view: LiveView;
  /** In ms, or `Infinity`. Small, since tests wait for it. */
  readonly boundMs: number;
  /** What every view was opened with. */
  readonly tail: { readonly events: number; readonly bytes: number };
  /** In ms. Small, since a test waits for it. */
  readonly silenceMs: number;
  readonly faults: LiveFaults;
  close(): Promise<void>;
}

export interface LiveFaults {
  /** One session's head, and with it whatever else is gone with an eviction. */
  drop(session: ToySession): Promise<void>;
  /** All that the view has is gone. */
  empty(): Promise<void>;
  /** What only a view outside the process can suffer. */
  readonly outside?: OutsideFaults;
}

export interface OutsideFaults {
  /** The view of another process on the same store. Closed with the subject. */
  another(): Promise<LiveView>;
  /** Restarts the store with what it had when `remember` was called last. */
  remember(): Promise<void>;
  restartOlder(): Promise<void>;
  /** The store stops answering; connections stay. */
  stall(): void;
  resume(): void;
  /** Cuts off `view`, and no other, from the store. */
  cutOff(): Promise<void>;
  mend(): Promise<void>;
}

/**
 * The suite every live view passes.
 * @param suite `describe`, or one that needs a service.
 */
export function liveContract(
  name: string,
  open: () => Promise<LiveSubject>,
  suite: (name: string, tests: () => void) => void = describe,
): void {
  suite(`live view: ${name}`, () => {
    let subject: LiveSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    describe("copies", () => copyContract(() => subject));
    describe("events", () => tailContract(() => subject));
    describe("wake-ups", () => wakeUpContract(() => subject));
    describe("forgetting", () => forgetContract(() => subject));
    describe("partials", () => partialContract(() => subject));
    describe("faults", () => faultContract(() => subject));
  });
}

function copyContract(subject: () => LiveSubject): void {
  const view = () => subject().view;

  it("has nothing of a session it was not told of, and says what time it is", async () => {
    const glance = await view().read(new ToySession().key, { eventsAfter: 0 });
    expect(glance).toMatchObject({ head: undefined, fresh: false, events: undefined });
    expect(glance.moment).toBeGreaterThan(0);
    expect(view().lastMoment()).toBeGreaterThanOrEqual(glance.moment);
  });

  it("gives back what was installed, as its own", async () => {
    const session = new ToySession();
    const events = session.events(1, 2);
    const copy = session.copy(2, await momentOf(view()), { events });
    await view().install(copy);
    copy.head.session!.title = "changed by the installer";
    events[0]!.bytes.fill(0);

    const first = await view().read(session.key, { eventsAfter: 0 });
    expect(first.head).toEqual(session.head(2));
    expect(first.events?.map(({ seq, turn }) => [seq, turn])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    Reflect.set(first.head!.session!, "title", "changed by a reader"); // no effect, or on its own
    first.events![0]!.bytes.fill(0);
    const second = { title: "at 2", fresh: true, events: ["event 1", "event 2"] };
    expect(await look(view(), session.key, 0)).toEqual(second);
  });

  it("lets a newer version win, never an older one", async () => {
    const session = new ToySession();
    const asOf = await momentOf(view());
    await view().install(session.copy(2, asOf));
    await view().install(session.copy(4, asOf));
    expect(await look(view(), session.key)).toMatchObject({ title: "at 4", fresh: true });
    await view().install(session.copy(3, await momentOf(view())));
    expect(await look(view(), session.key)).toMatchObject({ title: "at 4", fresh: true });
  });

  it("replaces the same version as a whole, by a copy of later freshness only", async () => {
    const session = new ToySession();
    const early = await momentOf(view());
    await view().install(new ToySession().copy(1, early));
    const middle = await momentOf(view());
    await view().install(new ToySession().copy(1, early));
    const late = await momentOf(view());
    await view().install(session.copy(2, middle, { title: "middle" }));
    await view().install(session.copy(2, early, { title: "early" }));
    expect((await look(view(), session.key)).title).toBe("middle");
    await view().install(session.copy(2, late, { title: "late" }));
    expect((await look(view(), session.key)).title).toBe("late");
    await view().install(session.copy(2, undefined, { title: "of no time" }));
    expect(await look(view(), session.key)).toMatchObject({ title: "late", fresh: true });
  });

  it("keeps a copy of no known moment, but not as fresh", async () => {
    const session = new ToySession();
    await view().install(session.copy(1, await momentOf(view())));
    await view().install(session.copy(2, undefined));
    expect(await look(view(), session.key)).toMatchObject({ title: "at 2", fresh: false });
    await view().install(session.copy(2, await momentOf(view())));
    expect(await look(view(), session.key)).toMatchObject({ title: "at 2", fresh: true });
  });

  it("believes no moment that is yet to come", async () => {
    const session = new ToySession();
    const later = ((await momentOf(view())) + 600_000) as Moment;
    await view().install(session.copy(1, later));
    expect((await look(view(), session.key)).fresh).toBe(false);
    await view().install(session.copy(1, await momentOf(view()), { title: "in time" }));
    expect(await look(view(), session.key)).toMatchObject({ title: "in time", fresh: true });
  });

  it("takes a copy for fresh until the bound has passed, and again after another look", async () => {
    const session = new ToySession();
    const { boundMs } = subject();
    await view().install(session.copy(1, await momentOf(view())));
    expect((await look(view(), session.key)).fresh).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, Number.isFinite(boundMs) ? boundMs : 50));
    const { title, fresh } = await look(view(), session.key);
    expect({ title, fresh }).toEqual({ title: "at 1", fresh: !Number.isFinite(boundMs) });
    await view().install(session.copy(1, await momentOf(view())));
    expect((await look(view(), session.key)).fresh).toBe(true);
  });

  it("keeps tenants and odd ids apart", async () => {
    const asOf = await momentOf(view());
    const ids = ["a", "{a}", "a}", "a/b", "a%b", "a%0062", "ä", "a:head"];
    const odd = ["t", "t/a", "{t}"].flatMap((tenantId) =>
      ids.map((sessionId) => new ToySession({ tenantId, sessionId })),
    );
    for (const session of odd) await view().install(session.copy(1, asOf, { title: session.uid }));
    const titles = await Promise.all(odd.map(async ({ key }) => (await look(view(), key)).title));
    expect(titles).toEqual(odd.map(({ uid }) => uid));
  });

  it("replaces a session by the one that has its id now, if it was asked for afterwards", async () => {
    const old = new ToySession();
    await view().install(old.copy(7, await momentOf(view()), { events: old.events(6, 7) }));
    const now = old.successor();
    await view().install(now.copy(1, await momentOf(view()), { title: "made anew" }));
    const expected = { title: "made anew", fresh: true, events: undefined };
    expect(await look(view(), old.key, 0)).toEqual(expected);
  });

  it("is not sure of a session whose id had another one, until the journal was asked again", async () => {
    const old = new ToySession();
    const now = old.successor();
    const before = await momentOf(view());
    await view().install(old.copy(7, before));
    await view().install(now.copy(1, before)); // as its creator does, with an older moment
    expect((await look(view(), old.key)).fresh).toBe(false);
    for (let late = 0; late < 2; late++) {
      await view().install(old.copy(7, before)); // fillers that asked before it was made
      expect((await look(view(), old.key)).fresh).toBe(false);
    }
    await view().install(now.copy(2, before)); // the creator's next write
    await view().install(now.copy(3, before));
    expect((await look(view(), old.key)).fresh).toBe(false);
    await view().install(now.copy(3, await momentOf(view())));
    expect(await look(view(), old.key)).toMatchObject({ title: "at 3", fresh: true });
  });

  it("refuses a copy of nothing and events that do not end at the version", async () => {
    const session = new ToySession();
    const nothing = { ...session.copy(1, undefined), head: session.head(0) };
    await expect(view().install(nothing)).rejects.toThrow(RangeError);
    for (const events of [
      session.events(1, 2),
      session.events(1, 4),
      session.events(2, 3).reverse(),
    ]) {
      const copy = session.copy(3, undefined, { events });
      await expect(view().install(copy)).rejects.toThrow(RangeError);
    }
    expect((await look(view(), session.key)).title).toBeUndefined();
  });

  it("answers a ping", async () => {
    await expect(view().ping()).resolves.toBeUndefined();
  });
}

function tailContract(subject: () => LiveSubject): void {
  const view = () => subject().view;
  const texts = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => `event ${first + i}`);

  async function install(session: ToySession, first: number, last: number, rewriteSeq = 0) {
    const events = session.events(first, last);
    await view().install(session.copy(last, await momentOf(view()), { rewriteSeq, events }));
  }

  it("gives the events after a seq, and only if it has them all", async () => {
    const session = new ToySession();
    await install(session, 3, 6);
    for (const after of [2, 3, 5]) {
      expect((await look(view(), session.key, after)).events).toEqual(texts(after + 1, 6));
    }
    expect((await look(view(), session.key, 6)).events).toEqual([]);
    expect((await look(view(), session.key, 9)).events).toEqual([]);
    expect((await look(view(), session.key, 1)).events).toBeUndefined();
    expect((await look(view(), session.key)).events).toBeUndefined();
  });

  it("gives the last events, or as many of them as it has", async () => {
    const session = new ToySession();
    const last = async (lastEvents: number) =>
      seen(await view().read(session.key, { lastEvents })).events;
    expect(await last(2)).toBeUndefined();
    await view().install(session.copy(2, await momentOf(view())));
    expect(await last(2)).toBeUndefined();
    await install(session, 3, 6);
    expect(await last(2)).toEqual(texts(5, 6));
    expect(await last(4)).toEqual(texts(3, 6));
    expect(await last(5)).toEqual(texts(3, 6));
    await view().install(session.copy(7, await momentOf(view())));
    expect(await last(2)).toBeUndefined();
    await view().install(session.copy(8, await momentOf(view()), { rewriteSeq: 8 }));
    await install(session, 9, 9, 8);
    expect(await last(5)).toEqual(texts(9, 9));
  });

  it("takes what follows, skips what it has, and starts anew after a gap", async () => {
    const session = new ToySession();
    await install(session, 1, 3);
    await install(session, 4, 5);
    await install(session, 3, 7);
    expect((await look(view(), session.key, 0)).events).toEqual(texts(1, 7));
    await install(session, 9, 9);
    expect((await look(view(), session.key, 8)).events).toEqual(texts(9, 9));
    expect((await look(view(), session.key, 7)).events).toBeUndefined();
  });

  it("starts anew when the journal goes on with other events than it has", async () => {
    const session = new ToySession();
    await install(session, 1, 6);
    const other = async (version: number, first = version) => {
      const events = session.events(first, version, "other");
      await view().install(session.copy(version, await momentOf(view()), { events }));
    };
    await other(4); // of a journal that was set back to 3
    expect((await look(view(), session.key, 3)).events).toBeUndefined();
    await other(5);
    await other(6);
    expect((await look(view(), session.key, 3)).events).toEqual(["other 4", "other 5", "other 6"]);
    await other(7, 6);
    expect((await look(view(), session.key, 5)).events).toEqual(["other 6", "other 7"]);
    expect((await look(view(), session.key, 0)).events).toBeUndefined();
  });

  it("takes what comes late where it closes a gap", async () => {
    const session = new ToySession();
    await install(session, 5, 5);
    await install(session, 3, 4);
    expect((await look(view(), session.key, 2)).events).toEqual(texts(3, 5));
    await install(session, 1, 1);
    expect((await look(view(), session.key, 0)).events).toBeUndefined();
    expect(await look(view(), session.key, 2)).toMatchObject({
      title: "at 5",
      events: texts(3, 5),
    });
  });

  it("gives no events while they do not reach the version of the head", async () => {
    const session = new ToySession();
    await install(session, 1, 3);
    await view().install(session.copy(4, await momentOf(view())));
    expect((await look(view(), session.key, 1)).events).toBeUndefined();
    await install(session, 4, 5);
    expect((await look(view(), session.key, 1)).events).toEqual(texts(2, 5));
  });

  it("puts what was rewritten out of reach at once", async () => {
    const session = new ToySession();
    await install(session, 1, 3);
    await view().install(session.copy(4, await momentOf(view()), { rewriteSeq: 4 }));
    expect((await look(view(), session.key, 1)).events).toBeUndefined();
    await install(session, 2, 3); // late, of before
    expect(await look(view(), session.key, 1)).toMatchObject({ title: "at 4", events: undefined });
    await install(session, 4, 5, 4);
    expect((await look(view(), session.key, 3)).events).toEqual(texts(4, 5));
    expect((await look(view(), session.key, 2)).events).toBeUndefined();
  });

  it("keeps the last events only, by number", async () => {
    const session = new ToySession();
    const { events: limit } = subject().tail;
    await install(session, 1, limit);
    expect((await look(view(), session.key, 0)).events).toHaveLength(limit);
    await install(session, limit + 1, limit + 2);
    expect((await look(view(), session.key, 1)).events).toBeUndefined();
    expect((await look(view(), session.key, 2)).events).toEqual(texts(3, limit + 2));
    await install(session, 1, 3 * limit);
    expect((await look(view(), session.key, 2 * limit)).events).toHaveLength(limit);
  });

  it("keeps the last events only, by bytes", async () => {
    const session = new ToySession();
    const { bytes: limit } = subject().tail;
    const big = (seq: number, size: number) => ({ seq, turn: 1, bytes: new Uint8Array(size) });
    const offer = async (version: number, size: number) =>
      view().install(
        session.copy(version, await momentOf(view()), { events: [big(version, size)] }),
      );
    const third = Math.floor(limit / 3) - 8; // a view may count a few bytes more per event
    for (const version of [1, 2, 3]) await offer(version, third);
    expect((await look(view(), session.key, 0)).events).toHaveLength(3);
    await offer(4, third);
    expect((await look(view(), session.key, 0)).events).toBeUndefined();
    expect((await look(view(), session.key, 1)).events).toHaveLength(3);
    await offer(5, limit + 1);
    expect((await look(view(), session.key, 4)).events).toBeUndefined();
    await offer(6, third);
    expect((await look(view(), session.key, 5)).events).toHaveLength(1);
  });
}
