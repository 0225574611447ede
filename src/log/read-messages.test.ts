import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, type EventRecord, placeEvent } from "../domain/event.ts";
import { messageOf } from "../domain/message.ts";
import type { Journal } from "../journal/port.ts";
import { type MessageWish, readMessages } from "./read-messages.ts";
import type { Reading } from "./read-session.ts";
import { scriptedJournal } from "./testing/scripted-journal.ts";
import { event, said, UID } from "./testing/sessions.ts";

const VERSION = 60;
const ROLES = [Role.USER, Role.ASSISTANT, Role.TOOL];

/** Seq 1 and every fifth one carry no message. */
const LOG: EventRecord[] = Array.from({ length: VERSION }, (_, i) => {
  const seq = i + 1;
  const isMessage = seq % 5 !== 0 && seq > 1;
  const payload = { case: "agentEvent", value: { name: "note" } } as const;
  const { bytes } = isMessage ? said(`m${seq}`, ROLES[seq % 3]) : event(payload);
  return placeEvent(bytes, seq, 1);
});
const MESSAGES = LOG.map((record) => messageOf(decodeEvent(record))).filter((m) => m !== undefined);

interface Case {
  readonly clearedSeq?: number;
  readonly maxHistory?: number;
}

function headOf({ clearedSeq = 0, maxHistory }: Case) {
  return create(HeadSchema, {
    uid: UID,
    clearedMessages: MESSAGES.filter(({ seq }) => seq <= clearedSeq).length,
    session: {
      version: VERSION,
      messageCount: MESSAGES.length,
      clearedSeq,
      ...(maxHistory && { maxHistory }),
    },
  });
}

/** What a read should give, by the words of the contract alone. */
function expected({ clearedSeq = 0, maxHistory }: Case, wish: MessageWish) {
  const all = MESSAGES.filter(({ seq }) => seq > clearedSeq && seq > wish.afterSeq)
    .filter(({ seq }) => seq < (wish.beforeSeq ?? VERSION + 1))
    .filter(({ role }) => wish.role === undefined || role === wish.role);
  const counted = wish.withinHistory && maxHistory !== undefined ? all.slice(-maxHistory) : all;
  // Newest first, a cursor goes on beyond the history; the other way it ends where the log does.
  const listed = wish.order === "asc" ? counted : all.toReversed();
  const { place } = wish;
  const beyond = listed.filter(
    ({ seq }) => place === undefined || (wish.order === "asc" ? seq > place : seq < place),
  );
  const limit = wish.order === "asc" ? wish.limit : Math.min(wish.limit, counted.length);
  const end = wish.offset + limit;
  return {
    seqs: beyond.slice(wish.offset, end).map(({ seq }) => seq),
    total: all.length,
    hasMore: Math.min(end, beyond.length) < beyond.length,
  };
}

const WISH: MessageWish = {
  order: "asc",
  afterSeq: 0,
  beforeSeq: undefined,
  role: undefined,
  withinHistory: true,
  limit: 7,
  offset: 0,
};

const SESSIONS: Case[] = [
  {},
  { maxHistory: 5 },
  { maxHistory: 30 },
  { clearedSeq: 20 },
  { clearedSeq: 57, maxHistory: 5 },
  { clearedSeq: 60 },
];

const PLACED = { withinHistory: false };
const WISHES: Partial<MessageWish>[] = [
  {},
  { limit: 100 },
  { role: Role.USER },
  { ...PLACED, offset: 3 },
  { ...PLACED, offset: 70 },
  { ...PLACED, afterSeq: 30 },
  { ...PLACED, afterSeq: 30, beforeSeq: 41, limit: 100 },
  { ...PLACED, beforeSeq: 12, role: Role.TOOL },
  { ...PLACED, place: 33 },
  { ...PLACED, place: 33, role: Role.ASSISTANT, limit: 3 },
];

const CASES = SESSIONS.flatMap((session) =>
  WISHES.flatMap((wish) =>
    (["asc", "desc"] as const).map((order) => ({ session, wish: { ...WISH, ...wish, order } })),
  ),
);

async function read(session: Case, wish: MessageWish, events: EventRecord[] | undefined) {
  const head = headOf(session);
  const journal: Journal = scriptedJournal([{ head, events: LOG }]);
  const reading: Reading = { head, session: head.session!, stale: false, events };
  const { messages, ...rest } = await readMessages(journal, reading, wish);
  return { seqs: messages.map(({ seq }) => seq), ...rest };
}

describe("messages of a session", () => {
  it.each([
    ["the journal", undefined],
    ["the whole log in the tail", LOG],
    ["the last events in the tail", LOG.slice(-20)],
    ["one event in the tail", LOG.slice(-1)],
    ["no event that came along", []],
  ])("are those that were asked for, from %s", async (_, events) => {
    for (const { session, wish } of CASES) {
      const given = [session, wish];
      expect([given, await read(session, wish, events)]).toEqual([given, expected(session, wish)]);
    }
  });

  it("are read from the tail where they are the last ones", async () => {
    const head = headOf({});
    const journal = new Proxy({} as Journal, {
      get: (_, name) => () => Promise.reject(new Error(`asked for ${String(name)}`)),
    });
    const tail = { head, session: head.session!, stale: false, events: LOG.slice(-20) };
    const newest = await readMessages(journal, tail, { ...WISH, order: "desc", limit: 10 });
    expect(newest.messages.map(({ seq }) => seq)).toEqual([59, 58, 57, 56, 54, 53, 52, 51, 49, 48]);
    const older = readMessages(journal, tail, { ...WISH, order: "desc", limit: 20 });
    await expect(older).rejects.toThrow("asked for readMessages");
  });
});
