import { expect, it, onTestFinished } from "vitest";
import type { LiveView, PublishedFragment, WakeListener } from "../../src/live/port.ts";
import type { LiveSubject } from "./live.ts";
import { momentOf, ToySession } from "./live-session.ts";

/** Writes down what it hears: `"<uid>:<version>"`, `"lost"`, or a fragment as its text. */
export class Diary implements WakeListener {
  readonly entries: string[] = [];
  readonly fragments: PublishedFragment[] = [];

  woken(uid: string, version: number): void {
    this.entries.push(`${uid}:${version}`);
  }

  told(_uid: string, fragment: PublishedFragment): void {
    this.fragments.push(fragment);
    this.entries.push(fragment.text);
  }

  lost(): void {
    this.entries.push("lost");
  }

  /** Waits until it has heard this. */
  async heard(entry: string): Promise<void> {
    await expect.poll(() => this.entries, { timeout: 5_000, interval: 5 }).toContain(entry);
  }
}

export async function listen(view: LiveView, session: ToySession): Promise<Diary> {
  const diary = new Diary();
  const subscription = await view.subscribe(session.key, diary);
  onTestFinished(() => subscription.close());
  return diary;
}

export function wakeUpContract(subject: () => LiveSubject): void {
  const view = () => subject().view;

  it("wakes for a version that is new to the view, and for no other", async () => {
    const session = new ToySession();
    const other = new ToySession();
    const diary = await listen(view(), session);
    await view().install(session.copy(2, await momentOf(view())));
    await view().install(session.copy(2, await momentOf(view())));
    await view().install(session.copy(1, await momentOf(view())));
    await view().install(other.copy(9, await momentOf(view())));
    await view().install(session.copy(3, undefined));
    await diary.heard(`${session.uid}:3`);
    expect(diary.entries).toEqual([`${session.uid}:2`, `${session.uid}:3`]);
  });

  it("wakes for the session that has the id now", async () => {
    const old = new ToySession();
    await view().install(old.copy(5, await momentOf(view())));
    const diary = await listen(view(), old);
    const now = old.successor();
    await view().install(now.copy(1, await momentOf(view())));
    await diary.heard(`${now.uid}:1`);
  });

  it("tells every listener, the same one as often as it subscribed", async () => {
    const session = new ToySession();
    const diary = new Diary();
    const first = await view().subscribe(session.key, diary);
    const second = await view().subscribe(session.key, diary);
    const other = await listen(view(), session);
    await view().install(session.copy(1, undefined));
    await expect.poll(() => diary.entries).toHaveLength(2);
    await first.close();
    await first.close();
    await view().install(session.copy(2, undefined));
    await other.heard(`${session.uid}:2`);
    await expect.poll(() => diary.entries).toHaveLength(3);
    await second.close();
    await view().install(session.copy(3, undefined));
    await other.heard(`${session.uid}:3`);
    expect(diary.entries).toHaveLength(3);
  });

  it("can be subscribed to again after everybody left", async () => {
    const session = new ToySession();
    for (let version = 1; version <= 3; version++) {
      const diary = new Diary();
      const left = view().subscribe(session.key, new Diary());
      const [subscription] = await Promise.all([view().subscribe(session.key, diary), left]);
      await view().install(session.copy(version, undefined));
      await diary.heard(`${session.uid}:${version}`);
      // Leaving and coming back at once: the order must survive.
      await Promise.all([subscription.close(), (await left).close()]);
    }
  });

  it("goes on where a listener throws", async () => {
    const session = new ToySession();
    const subscription = await view().subscribe(session.key, {
      woken: () => {
        throw new Error("a listener's own mistake");
      },
      told: () => {},
      lost: () => {},
    });
    const diary = await listen(view(), session);
    await view().install(session.copy(1, undefined));
    await diary.heard(`${session.uid}:1`);
    await subscription.close();
  });

  it("misses nothing that is installed after the subscription", async () => {
    const sessions = Array.from({ length: 50 }, () => new ToySession());
    const diaries = await Promise.all(
      sessions.map(async (session) => {
        const diary = await listen(view(), session);
        await view().install(session.copy(1, undefined));
        return diary;
      }),
    );
    await Promise.all(diaries.map((diary, i) => diary.heard(`${sessions[i]!.uid}:1`)));
  });
}
