import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { decodeEvent, type EventDraft, type EventRecord } from "../../src/domain/event.ts";
import { forkedHead } from "../../src/domain/fork.ts";
import type { Fork, ForkOutcome, Journal } from "../../src/journal/port.ts";
import { readPastHead } from "../../src/log/read-state.ts";
import { bornSession, randomHistory, redacting } from "./journal-past-states.ts";
import {
  addressOf,
  append,
  committed,
  contents,
  creation,
  deleted,
  message,
  newHead,
  newSession,
  numbers,
  operation,
  USER,
  wholeLog,
} from "./journal-writes.ts";

type OwnFields = Partial<{ sessionId: string; userId: string }>;

/** A fork of a session at a place, as the API asks for one. */
export async function forkOf(
  journal: Journal,
  source: Head,
  seq: number,
  fields: OwnFields = {},
  op = operation(),
): Promise<Fork> {
  const uid = randomUUID();
  const now = timestampFromDate(new Date());
  const session = {
    ...{ sessionId: `fork-${uid}`, userId: USER, createdBy: USER, title: "forked", ...fields },
    ...{ createdAt: now, origin: { sessionId: source.session!.sessionId, seq } },
  };
  const draft: EventDraft = {
    eventId: randomUUID(),
    at: new Date(),
    actor: create(ActorSchema, { type: ActorType.USER, id: USER }),
    payload: { case: "sessionForked", value: { session } },
  };
  const past = await readPastHead(journal, { head: source, session: source.session! }, seq);
  return { operation: op, from: { uid: source.uid, seq }, ...forkedHead(past.head, uid, draft) };
}

async function forked(journal: Journal, fork: Fork) {
  return committed(made(await journal.forkSession(fork)));
}

function made(outcome: ForkOutcome): Exclude<ForkOutcome, { kind: "gone" }> {
  if (outcome.kind === "gone") throw new Error("gone");
  return outcome;
}

/** Events as they are stored, wherever they stand. */
function bytesOf(records: readonly EventRecord[]): string[] {
  return records.map(({ bytes }) => Buffer.from(bytes).toString("base64"));
}

async function talk(journal: Journal, texts: readonly string[]): Promise<Head> {
  let head = await bornSession(journal);
  for (const [i, text] of texts.entries()) {
    const role = i % 2 === 0 ? Role.USER : Role.ASSISTANT;
    const change = append(head, text, operation(), role);
    head = committed(await journal.changeSession(change)).head;
  }
  return head;
}

/** What every journal does when a session is to begin as a copy of another. */
export function forkContract(journalOf: () => Journal): void {
  describe("forks", () => {
    it("hold the same log up to a place, byte for byte, and one event more", async () => {
      const journal = journalOf();
      const heads = await randomHistory(journal, 7, 300);
      const source = heads.at(-1)!;
      const log = await wholeLog(journal, source.uid);
      for (const then of [heads[0]!, heads[Math.floor(heads.length / 2)]!, source]) {
        const { version, messageCount, turnCount, logBytes } = then.session!;
        const fork = await forkOf(journal, source, version);
        const { head, events } = await forked(journal, fork);
        const copy = await wholeLog(journal, head.uid);
        expect(bytesOf(copy.slice(0, -1))).toEqual(bytesOf(log.slice(0, version)));
        expect(copy.slice(-1)).toEqual(events);
        expect(decodeEvent(copy.at(-1)!)).toMatchObject({
          seq: version + 1,
          turnNumber: turnCount,
          type: "session_forked",
        });
        expect(head).toMatchObject({
          gateVersion: version + 1,
          session: { version: version + 1, stateVersion: version + 1, messageCount, turnCount },
        });
        // What was redacted later is gone from the copy as well, so its bytes are those of now.
        const bytes = log.slice(0, version).reduce((sum, record) => sum + lengthOf(record), 0n);
        expect(head.session?.logBytes).toBe(bytes + BigInt(fork.event.bytes.length));
        if (then === source) expect(bytes).toBe(logBytes);
        expect(await journal.readHead(addressOf(head))).toEqual(head);
        expect(head.session?.origin).toMatchObject({ seq: version });
      }
      expect(await journal.readHead(addressOf(source))).toEqual(source);
    });

    it("list the same messages and turns, and go their own way", async () => {
      const journal = journalOf();
      const source = await talk(journal, ["q1", "a1", "q2", "a2", "q3"]);
      const { head } = await forked(journal, await forkOf(journal, source, 5));
      const own = committed(await journal.changeSession(append(head, "own"))).head;
      committed(await journal.changeSession(append(source, "other")));
      expect(own.session).toMatchObject({ version: 7, messageCount: 5, turnCount: 3 });
      const range = { uid: head.uid, afterSeq: 0, upToSeq: 99, order: "asc", limit: 9 } as const;
      const messages = await journal.readMessages({ ...range, offset: 0 });
      expect(contents(messages)).toEqual(["q1", "a1", "q2", "a2", "own"]);
      const answers = { ...range, offset: 0, role: Role.ASSISTANT };
      expect(contents(await journal.readMessages(answers))).toEqual(["a1", "a2"]);
      expect(await journal.countMessages(answers)).toBe(2);
      const turns = await journal.readTurns({
        ...{ uid: head.uid, fromTurn: 0, toTurn: 9, order: "asc", upToSeq: 99 },
        excerpt: { first: 9, last: 9 },
      });
      expect(turns.map(({ turn, events }) => [turn, events.map(({ seq }) => seq)])).toEqual([
        [0, [1]],
        [1, [2, 3]],
        [2, [4, 5, 6]],
        [3, [7]],
      ]);
      expect(contents(await wholeLog(journal, source.uid))).toContain("other");
    });

    it("have the states of the past, and so have forks of forks", async () => {
      const journal = journalOf();
      const heads = await randomHistory(journal, 11, 300);
      const source = heads.at(-1)!;
      const { version } = source.session!;
      const first = await forked(journal, await forkOf(journal, source, version - 20));
      const second = await forked(journal, await forkOf(journal, first.head, version - 19));
      const third = await forked(journal, await forkOf(journal, second.head, 150));
      for (const { head } of [first, second, third]) {
        const reading = { head, session: head.session! };
        for (const then of heads.filter((one) => one.session!.version < head.session!.version)) {
          const { version: seq, context } = then.session!;
          const past = await readPastHead(journal, reading, seq);
          expect(past.head.session?.context).toEqual(context);
          expect(past.head.state).toEqual(then.state);
          const { base, events } = await journal.readPastState(head.uid, seq);
          expect(base).toEqual((await journal.readPastState(source.uid, seq)).base);
          expect(events.length).toBeLessThanOrEqual(255);
        }
        const { base } = await journal.readPastState(head.uid, head.session!.version);
        expect(base?.seq).toBe(head.session!.version);
      }
      expect(third.head.session?.origin).toMatchObject({
        sessionId: second.head.session!.sessionId,
        seq: 150,
      });
    });

    it("hold nothing of what was redacted before, and keep what is redacted later", async () => {
      const journal = journalOf();
      const source = await talk(journal, ["secret", "kept", "public"]);
      const early = await forked(journal, await forkOf(journal, source, 4));
      const [, secret] = await wholeLog(journal, source.uid);
      const redacted = committed(await journal.changeSession(redacting(source, secret!))).head;
      const late = await forked(journal, await forkOf(journal, redacted, 4));
      expect(contents(await wholeLog(journal, late.head.uid))).toEqual(["", "kept", "public"]);
      const kept = contents(await wholeLog(journal, early.head.uid));
      expect(kept).toEqual(["secret", "kept", "public"]);
      const [, again] = await wholeLog(journal, early.head.uid);
      committed(await journal.changeSession(redacting(early.head, again!)));
      expect(contents(await wholeLog(journal, early.head.uid))[0]).toBe("");
      expect(contents(await wholeLog(journal, redacted.uid))).toEqual(["", "kept", "public"]);
    });

    it("say who has the id that was asked for, and leave nothing behind then", async () => {
      const journal = journalOf();
      const source = await talk(journal, ["one"]);
      const mine = await newSession(journal);
      const theirs = await newSession(journal, { userId: "user-2" });
      const theirsGone = await deleted(journal, await newSession(journal, { userId: "user-2" }));
      const mineGone = await deleted(journal, await newSession(journal));
      const ask = async ({ session }: Head) => {
        const { sessionId } = session!;
        const fork = await forkOf(journal, source, 2, { sessionId });
        return { fork, outcome: await journal.forkSession(fork) };
      };
      for (const [holder, told] of [
        [mine, mine],
        [theirs, "foreign"],
        [theirsGone, "foreign"],
      ] as const) {
        const { fork, outcome } = await ask(holder);
        expect(outcome).toEqual({ kind: "taken", by: "session_id", holder: told });
        expect(await wholeLog(journal, fork.head.uid)).toEqual([]);
        expect((await journal.readPastState(fork.head.uid, 99)).base).toBeUndefined();
        expect(await journal.findReceipt(fork.operation)).toBeUndefined();
      }
      expect((await ask(mineGone)).outcome.kind).toBe("committed");
    });

    it("are done once, and answered again by their receipt", async () => {
      const journal = journalOf();
      const source = await talk(journal, ["one", "two"]);
      const op = operation();
      const ask = async () => journal.forkSession(await forkOf(journal, source, 2, {}, op));
      const outcomes = await Promise.all(numbers(1, 5).map(ask));
      const [first, ...others] = outcomes.toSorted((a, b) => a.kind.localeCompare(b.kind));
      const { head } = committed(made(first!));
      for (const other of [...others, await ask()]) {
        expect(other).toMatchObject({
          kind: "repeated",
          receipt: { uid: head.uid, firstSeq: 3, lastSeq: 3, head },
        });
      }
    });

    it("of what is not there are gone, and leave nothing behind", async () => {
      const journal = journalOf();
      const source = await talk(journal, ["one"]);
      const beyond = { ...(await forkOf(journal, source, 2)), from: { uid: source.uid, seq: 3 } };
      const nowhere = { ...beyond, from: { uid: randomUUID(), seq: 1 } };
      for (const fork of [beyond, nowhere]) {
        expect(await journal.forkSession(fork)).toEqual({ kind: "gone" });
        expect(await wholeLog(journal, fork.head.uid)).toEqual([]);
        expect(await journal.readHead(addressOf(fork.head))).toBeUndefined();
      }
    });

    it("see nothing of what is appended meanwhile", async () => {
      const journal = journalOf();
      const source = await talk(journal, ["one"]);
      const forks = await Promise.all(numbers(1, 5).map(() => forkOf(journal, source, 2)));
      const appends = numbers(1, 50).map((n) => journal.changeSession(append(source, `m${n}`)));
      const outcomes = await Promise.all(forks.map((fork) => forked(journal, fork)));
      await Promise.all(appends);
      for (const { head } of outcomes) {
        expect(contents(await wholeLog(journal, head.uid))).toEqual(["one"]);
        expect((await journal.readHead(addressOf(head)))?.session?.version).toBe(3);
      }
    });

    it("lose a race for an id whole, and win it whole", async () => {
      const journal = journalOf();
      const source = await talk(journal, ["one", "two", "three"]);
      for (const _ of numbers(1, 10)) {
        const sessionId = randomUUID();
        const fork = await forkOf(journal, source, 4, { sessionId });
        const created = newHead({ sessionId });
        const [forking, creating] = await Promise.all([
          journal.forkSession(fork),
          journal.createSession(creation(created)),
        ]);
        expect([forking.kind, creating.kind].toSorted()).toEqual(["committed", "taken"]);
        const won = forking.kind === "committed";
        expect(await wholeLog(journal, fork.head.uid)).toHaveLength(won ? 5 : 0);
        expect(await wholeLog(journal, created.uid)).toHaveLength(won ? 0 : 1);
      }
    });

    it("copy thousands of events in one step", async () => {
      const journal = journalOf();
      let head = await bornSession(journal);
      for (const n of numbers(1, 30)) {
        const events = numbers(1, 100).map((i) => message(`message ${n} ${i}`));
        head = committed(await journal.changeSession({ ...append(head, ""), events })).head;
      }
      const { version } = head.session!;
      const fork = await forked(journal, await forkOf(journal, head, version));
      const { messageCount, turnCount } = fork.head.session!;
      expect([version, messageCount, turnCount]).toEqual([3001, 3000, 3000]);
      const [log, copy] = [
        await wholeLog(journal, head.uid),
        await wholeLog(journal, fork.head.uid),
      ];
      expect(bytesOf(copy.slice(0, -1))).toEqual(bytesOf(log));
    });
  });
}

/** Bytes of an event without its place, as the log is counted. */
function lengthOf({ seq, turn, bytes }: EventRecord): bigint {
  const varint = (value: number) => (value < 128 ? 1 : value < 16_384 ? 2 : 3);
  const place = 1 + varint(seq) + (turn === 0 ? 0 : 1 + varint(turn));
  return BigInt(bytes.length - place);
}

/** What every journal does when the reply to a fork is lost. */
export function forkFaultsContract(
  journalOf: () => Journal,
  fault: (kind: "lose-reply" | "lose-request" | "stall") => Promise<void>,
): void {
  it.each(["lose-reply", "lose-request", "stall"] as const)(
    "has a fork once after %s",
    async (kind) => {
      const journal = journalOf();
      const source = await talk(journal, ["one", "two"]);
      const fork = await forkOf(journal, source, 3);
      const sprung = fault(kind);
      const outcome = made(await journal.forkSession(fork));
      await sprung;
      expect(["committed", "repeated"]).toContain(outcome.kind);
      expect((await journal.readHead(addressOf(fork.head)))?.uid).toBe(fork.head.uid);
      expect(contents(await wholeLog(journal, fork.head.uid))).toEqual(["one", "two"]);
    },
  );
}
