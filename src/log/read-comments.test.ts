import { describe, expect, it } from "vitest";
import { type EventRecord, placeEvent } from "../domain/event.ts";
import { readCommentEvents } from "./read-comments.ts";
import { scriptedJournal } from "./testing/scripted-journal.ts";
import { event, eventAt, headAt } from "./testing/sessions.ts";

function commentAt(seq: number): EventRecord {
  const { bytes } = event({ case: "commentAdded", value: { content: `comment ${seq}` } });
  return placeEvent(bytes, seq, seq - 1);
}

/** A log of so many events, each tenth of which is a comment. */
function session(length: number) {
  const events = Array.from({ length }, (_, i) =>
    (i + 1) % 10 === 0 ? commentAt(i + 1) : eventAt(i + 1),
  );
  const head = headAt(length);
  const journal = scriptedJournal([{ head, events }]);
  let asked = 0;
  const { readCommentEvents: read } = journal;
  journal.readCommentEvents = (range) => {
    asked++;
    // As if two of them were as much as an answer holds.
    return read({ ...range, limit: Math.min(range.limit, 2) });
  };
  const reading = (tail?: EventRecord[]) => ({
    ...{ head, session: head.session!, stale: false },
    events: tail,
  });
  const seqs = async (tail?: EventRecord[], upToSeq?: number) =>
    (await readCommentEvents(journal, reading(tail), upToSeq)).map(({ seq }) => seq);
  return { events, seqs, asked: () => asked };
}

describe("events about comments", () => {
  it("come from the tail where that is the whole log", async () => {
    const { events, seqs, asked } = session(30);
    expect(await seqs(events)).toEqual([10, 20, 30]);
    expect(await seqs(events, 20)).toEqual([10, 20]);
    expect(asked()).toBe(0);
  });

  it("come from the journal else, all of them, up to the place asked for", async () => {
    const { events, seqs } = session(53);
    for (const tail of [undefined, [], events.slice(1), events.slice(0, 40)]) {
      expect(await seqs(tail)).toEqual([10, 20, 30, 40, 50]);
    }
    expect(await seqs(undefined, 49)).toEqual([10, 20, 30, 40]);
  });
});
