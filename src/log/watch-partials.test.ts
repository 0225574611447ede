import { describe, expect, it } from "vitest";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { PublishedFragment } from "../live/port.ts";
import { type ScriptedLog, scriptedLog } from "./testing/scripted-log.ts";
import { eventAt, eventsBetween, headAt, ID, OWNER, UID } from "./testing/sessions.ts";
import { Watching } from "./testing/watching.ts";
import type { Update } from "./watch-update.ts";

const MESSAGE = "00000000-0000-4000-8000-000000000001";

function fragment(offset: number, text: string, rest: Partial<PublishedFragment> = {}) {
  return { messageId: MESSAGE, role: Role.ASSISTANT, opening: 1, since: 3, offset, text, ...rest };
}

/** A session at version 3 with a watcher of partials, after whatever the test lets happen before. */
async function setUp(before: (scripted: ScriptedLog) => void = () => {}) {
  const scripted = scriptedLog(3);
  before(scripted);
  const watching = new Watching(scripted.log, { partials: true });
  await scripted.pass(0);
  const tell = async (...fragments: PublishedFragment[]) => {
    for (const each of fragments) scripted.view.tell(UID, each);
    await scripted.pass(0);
  };
  /** Commits the message that is being written, and tells of it. */
  const commit = async (messageId = MESSAGE) => {
    const [session] = scripted.kept;
    const seq = session!.events.length + 1;
    session!.events.push(eventAt(seq, "whole", messageId));
    session!.head = headAt(seq);
    scripted.view.wake(UID, seq);
    await scripted.pass(0);
  };
  return { ...scripted, watching, tell, commit };
}

describe("who watches with partials", () => {
  it("is told of each fragment, and of the message after them", async () => {
    const { watching, tell, commit } = await setUp();
    await tell(fragment(0, "Hel"));
    await tell(fragment(3, "lo"));
    await commit();
    expect(watching.story).toEqual(["0:Hel", "3:lo", 4]);
    const [first] = watching.partials;
    expect(first).toMatchObject({ messageId: MESSAGE, role: Role.ASSISTANT });
    expect(watching.updates.find(({ update }) => update.case === "partial")?.seq).toBe(3);
  });

  it("and nobody else is", async () => {
    const { log, calls, pass, view } = scriptedLog(3);
    const watching = new Watching(log);
    await pass(0);
    calls.forget();
    view.tell(UID, fragment(0, "Hel"));
    view.tell(UID, fragment(9, "a gap"));
    await pass(0);
    expect(watching.story).toEqual([]);
    expect(calls.all).toEqual([]);
  });

  it("and comes late, is told of the text so far, then of what follows", async () => {
    const { log, watching, tell, pass } = await setUp();
    await tell(fragment(0, "Hel"), fragment(3, "lo"));
    const late = new Watching(log, { partials: true });
    await pass(0);
    await tell(fragment(5, " you"));
    expect(late.story).toEqual(["0:Hello", "5: you"]);
    expect(watching.story).toEqual(["0:Hello", "5: you"]);
  });

  it("and is the first here, gets the text so far from the view, without gap or repeat", async () => {
    const { watching, tell } = await setUp(({ view }) => {
      view.open = fragment(0, "Hello");
    });
    await tell(fragment(3, "lo"), fragment(5, " you"));
    expect(watching.story).toEqual(["0:Hello", "5: you"]);
  });

  it("misses nothing that is published while the view is read", async () => {
    const read = Promise.withResolvers<PublishedFragment>();
    const { watching, tell, view, pass } = await setUp(({ view }) => {
      view.answers.readOpenMessage = () => read.promise;
    });
    await tell(fragment(3, "lo"), fragment(5, " you"));
    expect(watching.story).toEqual([]);
    view.answers.readOpenMessage = async () => fragment(0, "Hello you");
    read.resolve(fragment(0, "Hel"));
    await pass(0);
    expect(watching.story.join("|")).toMatch(/^0:Hel(\|3:lo you|lo you)$/);
  });

  it("gets what was lost on the way from the view", async () => {
    const { watching, tell, view, pass } = await setUp();
    await tell(fragment(0, "a"));
    view.open = fragment(0, "abc");
    await tell(fragment(2, "c"));
    expect(watching.story).toEqual(["0:a", "1:bc"]);
    view.open = fragment(0, "abcd");
    view.lose();
    await pass(0);
    expect(watching.story).toEqual(["0:a", "1:bc", "3:d"]);
  });

  it("is told anew of a message that is begun anew, not of what is older", async () => {
    const { watching, tell } = await setUp();
    await tell(fragment(0, "wrong"));
    await tell(fragment(0, "right", { opening: 2 }));
    await tell(fragment(5, " track"), fragment(0, "older", { opening: 1 }));
    await tell(fragment(5, "!", { opening: 2 }));
    expect(watching.story).toEqual(["0:wrong", "0:right", "5:!"]);
  });

  it("is not told of what it has, when it comes again", async () => {
    const { watching, tell } = await setUp();
    await tell(fragment(0, "one"));
    await tell(fragment(0, "one"), fragment(1, "n"), fragment(1, "ne two"));
    expect(watching.story).toEqual(["0:one", "3: two"]);
  });

  it("does not hear of another session under the id", async () => {
    const { watching, view, pass } = await setUp();
    view.tell("uid-2", fragment(0, "other"));
    await pass(0);
    expect(watching.story).toEqual([]);
  });

  it("hears nothing of an open message after ten minutes of silence, if it comes then", async () => {
    const { log, watching, tell, pass } = await setUp();
    await tell(fragment(0, "a"));
    await pass(600_001);
    const late = new Watching(log, { partials: true });
    await pass(0);
    expect(late.story).toEqual([]);
    await tell(fragment(1, "b"));
    expect(late.story).toEqual(["0:ab"]);
    expect(watching.story).toEqual(["0:a", "1:b"]);
  });

  it("is waited for by nobody: one that is slow gets what it missed in one piece", async () => {
    const { log, pass, view } = scriptedLog(3);
    const { signal } = new AbortController();
    const watch = { partials: true, kinds: [], untilTerminal: false, afterSeq: undefined };
    const who = { principal: OWNER, id: ID, signal, shutdown: signal };
    const stream = log.watch({ ...who, ...watch })[Symbol.asyncIterator]();
    await stream.next();
    const first = stream.next();
    await pass(0);
    for (let i = 0; i < 1000; i++) {
      view.tell(UID, fragment(i * 2, "ab"));
      if (i === 0) await first;
    }
    await pass(0);
    const told = [await first, await stream.next()].map(({ value }: { value: Update }) => {
      return value.update.case === "partial" ? value.update.value.text : "";
    });
    expect(told.join("")).toBe("ab".repeat(1000));
    await stream.return?.();
  });
});

describe("nothing is told of a message that is in the log", () => {
  it("once this replica has seen it, however late the fragment", async () => {
    const { watching, tell, commit } = await setUp();
    await tell(fragment(0, "a"));
    await commit();
    await tell(fragment(1, "late"), fragment(0, "anew", { opening: 2 }));
    await commit("00000000-0000-4000-8000-000000000002");
    await tell(fragment(4, "later", { opening: 2 }), fragment(0, "anew", { opening: 3, since: 5 }));
    expect(watching.story).toEqual(["0:a", 4, 5]);
  });

  it("although the view says that it is still open", async () => {
    const { watching, tell, calls } = await setUp((scripted) => {
      const [session] = scripted.kept;
      session!.events.push(eventAt(4, "whole", MESSAGE), ...eventsBetween(4, 9));
      session!.head = headAt(9);
      scripted.view.open = fragment(0, "who", { since: 3 });
    });
    expect(watching.story).toEqual([]);
    expect(calls.named("journal.readEvents")).toHaveLength(1);
    await tell(fragment(3, "le", { since: 3 }));
    expect(watching.story).toEqual([]);
    const next = { messageId: "00000000-0000-4000-8000-000000000002", opening: 2, since: 9 };
    await tell(fragment(0, "next", next));
    expect(watching.story).toEqual(["0:next"]);
  });

  it("although it seems to begin only now", async () => {
    const { watching, tell } = await setUp((scripted) => {
      const [session] = scripted.kept;
      session!.events.push(eventAt(4, "whole", MESSAGE), ...eventsBetween(4, 9));
      session!.head = headAt(9);
    });
    await tell(fragment(0, "who", { since: 9 }));
    expect(watching.story).toEqual([]);
  });

  it("nor of one that was begun too long ago to tell", async () => {
    const { watching, tell } = await setUp((scripted) => {
      scripted.grow(400);
      scripted.view.open = fragment(0, "old", { since: 3 });
    });
    await tell(fragment(3, "er", { since: 3 }));
    expect(watching.story).toEqual([]);
  });

  it("nor while it cannot be looked up", async () => {
    const { watching, tell, journal } = await setUp((scripted) => {
      scripted.grow(9);
    });
    const { readEvents } = journal;
    journal.readEvents = () => Promise.reject(new Error("away"));
    await tell(fragment(0, "who", { since: 9 }));
    journal.readEvents = readEvents;
    await tell(fragment(3, "le", { since: 9 }));
    expect(watching.story).toEqual([]);
  });

  it("to a watcher that is ahead of its hub", async () => {
    const { watching, view, kept, pass, journal, tell } = await setUp();
    const { readEvents } = journal;
    const slow = Promise.withResolvers<void>();
    let reads = 0;
    // The hub's first read fails, so that the watcher reads by itself; its second one takes long.
    journal.readEvents = async (range) => {
      reads++;
      if (reads === 1) throw new Error("away");
      if (reads === 3) await slow.promise;
      return readEvents(range);
    };
    kept[0]!.events.push(eventAt(4, "whole", MESSAGE));
    kept[0]!.head = headAt(4);
    view.wake(UID, 4);
    await pass(0);
    expect([watching.story, reads]).toEqual([[4], 3]);
    await tell(fragment(0, "who"));
    expect(watching.story).toEqual([4]);
    slow.resolve();
    await pass(0);
    await tell(fragment(3, "le"));
    expect(watching.story).toEqual([4]);
  });

  it("to who comes when the message has just been committed", async () => {
    const { log, tell, commit, pass } = await setUp();
    await tell(fragment(0, "a"));
    await commit();
    const late = new Watching(log, { partials: true });
    await pass(0);
    expect(late.story).toEqual([]);
  });
});

describe("a watcher that is still catching up", () => {
  it("hears of the open message once it has come to where that was begun", async () => {
    const { log, pass, view } = scriptedLog(600);
    view.open = fragment(0, "Hello", { since: 600 });
    const watching = new Watching(log, { partials: true, afterSeq: 0 });
    await pass(0);
    expect(watching.story.at(-1)).toBe("0:Hello");
    expect(watching.story).toHaveLength(601);
  });
});
