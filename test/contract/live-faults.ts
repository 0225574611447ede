import { expect, it, type TestContext } from "vitest";
import { type LiveView, LiveViewAway } from "../../src/live/port.ts";
import type { LiveSubject, OutsideFaults } from "./live.ts";
import { look, momentOf, ToySession } from "./live-session.ts";
import { listen } from "./live-wake-ups.ts";

const NOTHING = { title: undefined, fresh: false, events: undefined };

export function faultContract(subject: () => LiveSubject): void {
  const view = () => subject().view;

  /** The faults of a view outside the process; a view inside it cannot have them. */
  function outside({ skip }: TestContext): OutsideFaults {
    return subject().faults.outside ?? skip("the view lives and dies with the process");
  }

  it("a session that was dropped: is unknown, and comes back with the next copy", async () => {
    const session = new ToySession();
    const late = await momentOf(view());
    await view().install(session.copy(5, late, { events: session.events(4, 5) }));
    await subject().faults.drop(session);
    expect(await look(view(), session.key, 0)).toEqual(NOTHING);
    const asOf = await momentOf(view());
    await view().install(session.copy(6, asOf, { events: session.events(5, 6) }));
    expect(await look(view(), session.key, 4)).toMatchObject({ title: "at 6", fresh: true });
  });

  it("a session that was dropped: an older copy is fresh no longer than the bound", async () => {
    const session = new ToySession();
    const late = await momentOf(view());
    await view().install(session.copy(5, await momentOf(view())));
    await subject().faults.drop(session);
    await view().install(session.copy(4, late));
    const { boundMs } = subject();
    if (Number.isFinite(boundMs)) await new Promise((resolve) => setTimeout(resolve, boundMs));
    expect(await look(view(), session.key)).toMatchObject({ title: "at 4", fresh: false });
  });

  it("emptied: has nothing, and goes on", async () => {
    const sessions = [new ToySession(), new ToySession()];
    const diary = await listen(view(), sessions[0]!);
    for (const session of sessions) await view().install(session.copy(3, await momentOf(view())));
    await subject().faults.empty();
    for (const session of sessions) expect(await look(view(), session.key, 0)).toEqual(NOTHING);
    await view().install(sessions[0]!.copy(4, await momentOf(view())));
    expect(await look(view(), sessions[0]!.key)).toMatchObject({ title: "at 4", fresh: true });
    await diary.heard(`${sessions[0]!.uid}:4`);
  });

  it("restarted older: says what it had, fresh only as long as it was true", async (context) => {
    const faults = outside(context);
    const session = new ToySession();
    const asOf = await momentOf(view());
    await view().install(session.copy(3, asOf, { events: session.events(1, 3) }));
    await faults.remember();
    await view().install(session.copy(4, asOf, { events: session.events(4, 4) }));
    await faults.restartOlder();
    await backAgain(view());
    const glance = await view().read(session.key, { eventsAfter: 0 });
    expect(glance.head?.session?.version).toBe(3);
    expect(glance.fresh).toBe(glance.moment < asOf + subject().boundMs);
    await view().install(session.copy(4, await momentOf(view()), { events: session.events(4, 4) }));
    const expected = { title: "at 4", fresh: true };
    expect(await look(view(), session.key, 0)).toMatchObject(expected);
  });

  it("stalled: one caller waits its limit, the next ones not at all", async (context) => {
    const faults = outside(context);
    const session = new ToySession();
    await view().install(session.copy(1, await momentOf(view())));
    faults.stall();
    try {
      const started = performance.now();
      await expect(view().read(session.key, {})).rejects.toThrow(LiveViewAway);
      expect(performance.now() - started).toBeLessThan(2_000);
      const shut = performance.now();
      for (let i = 0; i < 100; i++) {
        await expect(view().read(session.key, {})).rejects.toThrow(LiveViewAway);
      }
      await expect(view().install(session.copy(2, undefined))).rejects.toThrow(LiveViewAway);
      await expect(view().ping()).rejects.toThrow(LiveViewAway);
      // 102 calls: had each waited for itself, 40 s.
      expect(performance.now() - shut).toBeLessThan(1_000);
      const unheard = { woken: () => {}, told: () => {}, lost: () => {} };
      await expect(view().subscribe(new ToySession().key, unheard)).rejects.toThrow(LiveViewAway);
    } finally {
      faults.resume();
    }
    await backAgain(view());
    expect((await look(view(), session.key)).title).toBe("at 1");
  });

  it("cut off: this process does without, the others do not notice", async (context) => {
    const faults = outside(context);
    const another = await faults.another();
    const session = new ToySession();
    const mine = await listen(view(), session);
    const theirs = await listen(another, session);
    await faults.cutOff();
    await expect.poll(() => view().lastMoment()).toBeUndefined();
    await expect(view().read(session.key, {})).rejects.toThrow(LiveViewAway);
    await another.install(session.copy(2, await momentOf(another)));
    await theirs.heard(`${session.uid}:2`);
    expect(mine.entries).toEqual([]);

    await faults.mend();
    await mine.heard("lost");
    await expect.poll(() => view().lastMoment()).toBeDefined();
    expect((await look(view(), session.key)).title).toBe("at 2");
    await another.install(session.copy(3, undefined));
    await mine.heard(`${session.uid}:3`);
    expect(theirs.entries).not.toContain("lost");
  });

  it("away and back: wakes whoever subscribed before", async (context) => {
    const faults = outside(context);
    const session = new ToySession();
    const diary = await listen(view(), session);
    await faults.remember();
    await faults.restartOlder();
    await diary.heard("lost");
    await backAgain(view());
    await view().install(session.copy(1, undefined));
    await diary.heard(`${session.uid}:1`);
  });

  it("shared: what one process installs the other reads", async (context) => {
    const another = await outside(context).another();
    const session = new ToySession();
    const asOf = await momentOf(view());
    await view().install(session.copy(2, asOf, { events: session.events(1, 2) }));
    const expected = { title: "at 2", fresh: true, events: ["event 1", "event 2"] };
    expect(await look(another, session.key, 0)).toEqual(expected);
  });
}

async function backAgain(view: LiveView): Promise<void> {
  const answer = () => view.ping().then(() => "back", String);
  await expect.poll(answer, { timeout: 5_000 }).toBe("back");
}
