import { expect, it, type TestContext } from "vitest";
import { Role } from "../../gen/parley/v1/message_pb.js";
import {
  type Fragment,
  type LiveView,
  LiveViewAway,
  type Publication,
} from "../../src/live/port.ts";
import type { LiveSubject, OutsideFaults } from "./live.ts";
import { momentOf, ToySession } from "./live-session.ts";
import { listen } from "./live-wake-ups.ts";

let messages = 0;

/** A message that is being written, and who writes it. */
class Draft {
  readonly session: ToySession;
  readonly view: LiveView;
  readonly messageId = `message-${++messages}`;

  constructor(view: LiveView, session = new ToySession()) {
    this.view = view;
    this.session = session;
  }

  publish(offset: number, text: string, rest: Partial<Fragment> = {}): Promise<Publication> {
    const { messageId } = this;
    const fragment = { messageId, role: Role.ASSISTANT, offset, text, ...rest };
    const { key, uid } = this.session;
    return this.view.publish(key, { uid, version: 1 }, fragment);
  }

  close(...messageIds: string[]): Promise<void> {
    const { key, uid } = this.session;
    return this.view.closeMessages(key, uid, messageIds.length > 0 ? messageIds : [this.messageId]);
  }

  async text(view = this.view): Promise<string | undefined> {
    return (await view.readOpenMessage(this.session.key, this.session.uid))?.text;
  }
}

export function partialContract(subject: () => LiveSubject): void {
  const view = () => subject().view;
  const draft = (session?: ToySession) => new Draft(view(), session);

  function outside({ skip }: TestContext): OutsideFaults {
    return subject().faults.outside ?? skip("the view lives and dies with the process");
  }

  it("keeps the text so far, and tells of each fragment once, in order", async () => {
    const message = draft();
    const diary = await listen(view(), message.session);
    expect(await message.text()).toBeUndefined();
    expect(await message.publish(0, "Grüß")).toEqual({ kind: "taken", end: 4 });
    expect(await message.publish(4, " Gott 👋")).toEqual({ kind: "taken", end: 12 });
    expect(await message.publish(12, "!\n")).toEqual({ kind: "taken", end: 14 });
    await diary.heard("!\n");
    expect(diary.entries).toEqual(["Grüß", " Gott 👋", "!\n"]);
    const { messageId, session } = message;
    const [first] = diary.fragments;
    const opened = { messageId, role: Role.ASSISTANT, opening: first!.opening, since: 1 };
    expect(diary.fragments).toMatchObject(
      [4, 12, 14].map((_, i) => ({ ...opened, offset: [0, 4, 12][i] })),
    );
    expect(await view().readOpenMessage(session.key, session.uid)).toEqual({
      ...opened,
      offset: 0,
      text: "Grüß Gott 👋!\n",
    });
  });

  it("takes a fragment that comes again for what it is", async () => {
    const message = draft();
    const diary = await listen(view(), message.session);
    for (let i = 0; i < 2; i++) {
      expect(await message.publish(0, "one ")).toEqual({ kind: "taken", end: 4 });
    }
    for (let i = 0; i < 2; i++) {
      expect(await message.publish(4, "two ")).toEqual({ kind: "taken", end: 8 });
    }
    expect(await message.publish(2, "e two th👋ree ")).toEqual({ kind: "taken", end: 16 });
    expect(await message.publish(5, "w")).toEqual({ kind: "taken", end: 16 });
    await diary.heard("th👋ree ");
    expect(diary.entries).toEqual(["one ", "two ", "th👋ree "]);
    expect(diary.fragments.map(({ offset }) => offset)).toEqual([0, 4, 8]);
    expect(await message.text()).toBe("one two th👋ree ");
  });

  it("says where a gap begins, and changes nothing", async () => {
    const message = draft();
    await message.publish(0, "abc");
    expect(await message.publish(4, "e")).toEqual({ kind: "gap", end: 3 });
    expect(await message.text()).toBe("abc");
  });

  it("begins a message anew at offset 0, under a later opening", async () => {
    const message = draft();
    const diary = await listen(view(), message.session);
    await message.publish(0, "wrong ");
    await message.publish(6, "track");
    expect(await message.publish(0, "right")).toEqual({ kind: "taken", end: 5 });
    expect(await message.text()).toBe("right");
    await diary.heard("right");
    const [first, second, third] = diary.fragments.map(({ opening }) => opening);
    expect(second).toBe(first);
    expect(third).toBeGreaterThan(second!);
  });

  it("has one open message in a session: the one that was begun last", async () => {
    const session = new ToySession();
    const [one, other] = [draft(session), draft(session)];
    await one.publish(0, "one");
    await other.publish(0, "other", { role: Role.TOOL });
    const open = await view().readOpenMessage(session.key, session.uid);
    expect(open).toMatchObject({ messageId: other.messageId, role: Role.TOOL, text: "other" });
    expect(await one.publish(3, "!")).toEqual({ kind: "gap", end: 0 });
    expect(await other.text()).toBe("other");
  });

  it("knows nothing of a message that was never begun", async () => {
    expect(await draft().publish(3, "late")).toEqual({ kind: "unknown" });
  });

  it("takes nothing of a message that is in the log, the others' text stays", async () => {
    const session = new ToySession();
    const [one, other] = [draft(session), draft(session)];
    const diary = await listen(view(), session);
    await one.publish(0, "one");
    await one.close();
    expect(await one.text()).toBeUndefined();
    expect(await one.publish(3, " more")).toEqual({ kind: "closed" });
    expect(await one.publish(0, "one")).toEqual({ kind: "closed" });
    await other.publish(0, "other");
    await other.close(one.messageId, "of-another-writer");
    expect(await other.publish(5, " more")).toEqual({ kind: "taken", end: 10 });
    expect(await one.publish(0, "one")).toEqual({ kind: "closed" });
    expect(await other.text()).toBe("other more");
    await diary.heard(" more");
    expect(diary.entries).toEqual(["one", "other", " more"]);
  });

  it("remembers the last messages of a session that were closed, and the open one of many", async () => {
    const session = new ToySession();
    const [early, open] = [draft(session), draft(session)];
    await early.close();
    await open.publish(0, "x");
    const others = Array.from({ length: 40 }, (_, i) => `other-${i}`);
    await open.close(...others, open.messageId);
    expect(await open.publish(0, "x")).toEqual({ kind: "closed" });
    expect(await open.publish(0, "x", { messageId: "other-0" })).toEqual({ kind: "closed" });
    expect(await early.publish(0, "x")).toEqual({ kind: "taken", end: 1 });
  });

  it("closes a message it never heard of, too", async () => {
    const message = draft();
    await message.close();
    expect(await message.publish(0, "late")).toEqual({ kind: "closed" });
  });

  it("goes on under the same id with another session, from nothing", async () => {
    const old = draft();
    const now = draft(old.session.successor());
    const diary = await listen(view(), old.session);
    await old.publish(0, "old");
    await now.publish(0, "now");
    expect(await old.text()).toBeUndefined();
    expect(await now.text()).toBe("now");
    await diary.heard("now");
    const [first, second] = diary.fragments.map(({ opening }) => opening);
    expect(second).toBeGreaterThan(first!);
  });

  it("does not look at a fragment whose publisher saw an older head, or another session's", async () => {
    const message = draft();
    const { session } = message;
    await view().install(session.copy(1, await momentOf(view())));
    expect(await message.publish(0, "a")).toEqual({ kind: "taken", end: 1 });
    await view().install(session.copy(2, await momentOf(view())));
    expect(await message.publish(1, "b")).toEqual({ kind: "moved" });
    const fragment = { messageId: message.messageId, role: Role.ASSISTANT, offset: 1, text: "b" };
    const admission = { uid: session.uid, version: 2 };
    expect(await view().publish(session.key, admission, fragment)).toEqual({
      kind: "taken",
      end: 2,
    });
    await view().install(session.successor().copy(1, await momentOf(view())));
    expect(await view().publish(session.key, admission, fragment)).toEqual({ kind: "moved" });
  });

  it("keeps the version that a message was begun at, also when it is begun anew", async () => {
    const { session, messageId } = draft();
    const publish = (version: number, text: string) =>
      view().publish(
        session.key,
        { uid: session.uid, version },
        { messageId, role: Role.ASSISTANT, offset: 0, text },
      );
    await publish(4, "first");
    await publish(9, "anew");
    expect(await view().readOpenMessage(session.key, session.uid)).toMatchObject({
      since: 4,
      text: "anew",
    });
  });

  it("forgets a message of which nothing is heard any more, and that one was closed", async () => {
    const { silenceMs } = subject();
    const [silent, closed] = [draft(), draft()];
    await silent.publish(0, "a");
    await closed.close();
    await new Promise((resolve) => setTimeout(resolve, silenceMs / 2));
    await silent.publish(1, "b");
    await new Promise((resolve) => setTimeout(resolve, (silenceMs * 3) / 4));
    expect(await silent.text()).toBe("ab");
    expect(await closed.publish(0, "x")).toEqual({ kind: "taken", end: 1 });
    await new Promise((resolve) => setTimeout(resolve, silenceMs));
    expect(await silent.text()).toBeUndefined();
    expect(await silent.publish(2, "c")).toEqual({ kind: "unknown" });
  });

  it("holds a long text, and adds to it", async () => {
    const message = draft();
    const part = "äx👋\n".repeat(13_000); // 65,000 code units
    for (let i = 0; i < 16; i++) {
      const taken = { kind: "taken", end: (i + 1) * part.length };
      expect(await message.publish(i * part.length, part)).toEqual(taken);
    }
    expect(await message.text()).toBe(part.repeat(16));
    await message.close("of-another-writer");
    expect(await message.text()).toBe(part.repeat(16));
  });

  it("refuses an id that cannot be one", async () => {
    for (const messageId of ["", "-", "a b", "a,b", "a\nb", "x".repeat(65)]) {
      const publish = draft().publish(0, "x", { messageId });
      await expect(publish).rejects.toThrow(RangeError);
      await expect(draft().close(messageId)).rejects.toThrow(RangeError);
    }
  });

  it("emptied: knows nothing of the message, and takes it from its start", async () => {
    const message = draft();
    const diary = await listen(view(), message.session);
    await message.publish(0, "abc");
    await subject().faults.empty();
    expect(await message.text()).toBeUndefined();
    expect(await message.publish(3, "d")).toEqual({ kind: "unknown" });
    expect(await message.publish(0, "abcd")).toEqual({ kind: "taken", end: 4 });
    await diary.heard("abcd");
  });

  it("without the head: takes fragments all the same", async () => {
    const message = draft();
    await view().install(message.session.copy(1, await momentOf(view())));
    await message.publish(0, "a");
    await subject().faults.drop(message.session);
    expect(await message.publish(1, "b")).toEqual({ kind: "taken", end: 2 });
  });

  it("stalled: fails in time, as every call", async (context) => {
    const faults = outside(context);
    const message = draft();
    await message.publish(0, "a");
    faults.stall();
    try {
      await expect(message.publish(1, "b")).rejects.toThrow(LiveViewAway);
      await expect(message.text()).rejects.toThrow(LiveViewAway);
      await expect(message.close()).rejects.toThrow(LiveViewAway);
    } finally {
      faults.resume();
    }
    await expect
      .poll(() =>
        view()
          .ping()
          .then(() => "back", String),
      )
      .toBe("back");
  });

  it("restarted older: adds only where what it has ends", async (context) => {
    const faults = outside(context);
    const message = draft();
    await message.publish(0, "abc");
    await faults.remember();
    await message.publish(3, "def");
    await faults.restartOlder();
    await expect
      .poll(() =>
        view()
          .ping()
          .then(() => "back", String),
      )
      .toBe("back");
    const late = await message.publish(6, "ghi");
    expect([{ kind: "gap", end: 3 }, { kind: "unknown" }]).toContainEqual(late);
  });

  it("shared: what one process publishes the other hears and reads", async (context) => {
    const another = await outside(context).another();
    const message = draft();
    const diary = await listen(another, message.session);
    await message.publish(0, "to ");
    await message.publish(3, "you");
    await diary.heard("you");
    expect(diary.entries).toEqual(["to ", "you"]);
    expect(await message.text(another)).toBe("to you");
  });
}
