import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, type NewEvent } from "../../src/domain/event.ts";
import { redact } from "../../src/domain/redaction.ts";
import type { EventRange, Journal } from "../../src/journal/port.ts";
import {
  addressOf,
  append,
  committed,
  draftedEvent,
  event,
  message,
  newSession,
  numbers,
  operation,
} from "./journal-writes.ts";

function comment(content: string): NewEvent {
  return draftedEvent({ case: "commentAdded", value: { content } });
}

function resolved(): NewEvent {
  return draftedEvent({ case: "commentResolved", value: { commentId: "c", resolved: true } });
}

/** How every journal finds what is remarked about a session. */
export function commentContract(journalOf: () => Journal): void {
  async function sessionOf(...writes: NewEvent[][]): Promise<Head> {
    const head = await newSession(journalOf());
    for (const events of writes) {
      committed(await journalOf().changeSession({ ...append(head, ""), events }));
    }
    return (await journalOf().readHead(addressOf(head)))!;
  }

  async function read({ uid }: Head, range: Partial<EventRange> = {}) {
    const all = { uid, afterSeq: 0, upToSeq: 9999, limit: 100 };
    const records = await journalOf().readCommentEvents({ ...all, ...range });
    return records.map((record) => [record.seq, decodeEvent(record).type, record.turn]);
  }

  it("are found among the other events of their session, in order", async () => {
    const head = await sessionOf(
      [comment("before the first turn"), message("q"), comment("a")],
      [event(), resolved(), message("q")],
      [comment("b")],
    );
    await sessionOf([comment("elsewhere")]);
    const all = [
      [2, "comment_added", 0],
      [4, "comment_added", 1],
      [6, "comment_resolved", 1],
      [8, "comment_added", 2],
    ];
    expect(await read(head)).toEqual(all);
    expect(await read(head, { afterSeq: 2, upToSeq: 7 })).toEqual(all.slice(1, 3));
    expect(await read(head, { limit: 2 })).toEqual(all.slice(0, 2));
    expect(await read(head, { afterSeq: -1, upToSeq: 2 ** 40, limit: 2 ** 40 })).toEqual(all);
    expect(await read(head, { limit: 0 })).toEqual([]);
    expect(await read(head, { uid: randomUUID() })).toEqual([]);
    expect(head.session).toMatchObject({ messageCount: 2, turnCount: 2, stateVersion: 1 });
  });

  it("come as far as fits into an answer, and one at least", async () => {
    const large = "x".repeat(1024 * 1024);
    const head = await sessionOf(...numbers(1, 6).map(() => [comment(large)]));
    expect(await read(head)).toHaveLength(4);
    expect(await read(head, { maxBytes: 1 })).toHaveLength(1);
    expect(await read(head, { afterSeq: 6 })).toHaveLength(1);
  });

  it("lose their texts in one change, which the next append is not held up by", async () => {
    const head = await sessionOf([comment("secret 1"), comment("kept"), comment("secret 2")]);
    const records = await journalOf().readCommentEvents({
      ...{ uid: head.uid, afterSeq: 0, upToSeq: 9, limit: 9 },
    });
    const emptied = records.filter(({ seq }) => seq !== 3);
    const draft = {
      ...{ eventId: randomUUID(), at: new Date(), actor: create(ActorSchema) },
      payload: { case: "commentDeleted" as const, value: { commentId: "c", seqs: [2, 4] } },
    };
    const decision = redact(head, emptied, draft, { movesGate: true });
    const basedOn = { state: head.session!.stateVersion };
    const change = { operation: operation(), uid: head.uid, basedOn, ...decision };
    const after = committed(await journalOf().changeSession(change)).head;
    expect(after).toMatchObject({ rewriteSeq: 5, gateVersion: 5 });
    const range = { uid: head.uid, afterSeq: 0, upToSeq: 9, limit: 9 };
    const events = (await journalOf().readCommentEvents(range)).map(decodeEvent);
    expect(events.map(({ payload }) => payload.value)).toMatchObject([
      { content: "", redacted: true },
      { content: "kept", redacted: false },
      { content: "", redacted: true },
      { commentId: "c" },
    ]);
    const held = events.reduce((sum, one) => {
      return sum + toBinary(EventSchema, { ...one, seq: 0, turnNumber: 0 }).length;
    }, 0);
    expect(after.session!.logBytes).toBeGreaterThanOrEqual(BigInt(held));
    // What was decided before is decided anew.
    const late = { ...append(head, ""), events: [comment("late")] };
    expect((await journalOf().changeSession(late)).kind).toBe("moved");
    const again = { ...append(after, ""), events: [comment("late")] };
    expect((await journalOf().changeSession(again)).kind).toBe("committed");
  });

  it("refer to messages by their ids", async () => {
    const [one, two] = [message("q"), message("a", Role.ASSISTANT)];
    const note = event();
    const { uid } = await sessionOf([one, note], [two], [message("q")]);
    const find = (messageId: string, of = uid) => journalOf().findMessage(of, messageId);
    expect([await find(one.eventId), await find(two.eventId)]).toEqual([2, 4]);
    for (const none of [note.eventId, randomUUID(), "", "\0", one.eventId.slice(1)]) {
      expect(await find(none)).toBeUndefined();
    }
    expect(await find(one.eventId, randomUUID())).toBeUndefined();
    const other = await sessionOf([message("q")]);
    expect(await find(one.eventId, other.uid)).toBeUndefined();
  });
}
