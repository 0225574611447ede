import { randomUUID } from "node:crypto";
import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType, StateChangedSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { changeState } from "../../src/domain/decision.ts";
import {
  decodeEvent,
  type EventDraft,
  type EventRecord,
  newEvent,
} from "../../src/domain/event.ts";
import { foldEvents } from "../../src/domain/fold.ts";
import { redact } from "../../src/domain/redaction.ts";
import type { Change, Journal } from "../../src/journal/port.ts";
import { readPastHead } from "../../src/log/read-state.ts";
import { committed, newHead, numbers, operation, wholeLog } from "./journal-writes.ts";

const ACTOR = create(ActorSchema, { type: ActorType.USER, id: "user-1" });

/** Numbers from 0 up to, not including, a bound; the same ones for the same seed. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function draft(payload: EventDraft["payload"]): EventDraft {
  return { eventId: randomUUID(), at: new Date(), actor: ACTOR, payload };
}

function said(chance: (below: number) => number): EventDraft {
  const role = chance(2) === 0 ? Role.USER : Role.ASSISTANT;
  return draft({ case: "message", value: { role, content: `text ${chance(1000)}` } });
}

const NAMES = ["a", "b", "constructor", "toString", "ä€😀"];

function changed(chance: (below: number) => number): EventDraft {
  const name = () => NAMES[chance(NAMES.length)]!;
  const patch = (): JsonObject => ({
    [name()]: [null, chance(3), { deep: [chance(3)] }][chance(3)]!,
  });
  const value: MessageInitShape<typeof StateChangedSchema> = {};
  if (chance(2) === 0) value.context = patch();
  if (chance(2) === 0) value.variables = patch();
  if (chance(3) === 0) value.rulesFired = [name(), name()];
  if (chance(3) === 0) value.agents = { [name()]: patch() };
  if (chance(3) === 0) value.scenario = { scenarioId: ["", "s1", "s2"][chance(3)]! };
  return draft({ case: "stateChanged", value: create(StateChangedSchema, value) });
}

/** A session whose log begins with an event that says all of it, as those of callers do. */
export async function bornSession(journal: Journal, fields?: Parameters<typeof newHead>[0]) {
  const head = newHead({ context: { born: true }, title: "born", ...fields });
  const event = newEvent(draft({ case: "sessionCreated", value: { session: head.session! } }));
  return committed(await journal.createSession({ operation: operation(), head, events: [event] }))
    .head;
}

export function appending(head: Head, drafts: readonly EventDraft[]): Change {
  const basedOn = { gate: head.gateVersion };
  return { operation: operation(), uid: head.uid, basedOn, events: drafts.map(newEvent) };
}

export function changing(head: Head, drafts: readonly EventDraft[]): Change {
  const basedOn = { state: head.session!.stateVersion };
  return { operation: operation(), uid: head.uid, basedOn, ...changeState(head, drafts) };
}

/** A write that takes the content of a message away. */
export function redacting(head: Head, record: EventRecord): Change {
  const value = { messageId: decodeEvent(record).eventId, messageSeq: record.seq };
  const { events, state, rewrites } = redact(
    head,
    [record],
    draft({ case: "messageRedacted", value }),
  );
  const basedOn = { state: head.session!.stateVersion };
  return {
    operation: operation(),
    uid: head.uid,
    basedOn,
    events,
    state: state!,
    rewrites: rewrites!,
  };
}

/** Writes at random until the log has so many events; gives the head after every write. */
export async function randomHistory(
  journal: Journal,
  seed: number,
  events: number,
): Promise<Head[]> {
  const chance = chances(seed);
  const heads = [await bornSession(journal)];
  const write = async (change: Change) => {
    heads.push(committed(await journal.changeSession(change)).head);
  };
  for (let head = heads[0]!; head.session!.version < events; head = heads.at(-1)!) {
    const { version, messageCount, turnCount } = head.session!;
    const drafts = (n: number) => numbers(1, n).map(() => said(chance));
    switch (chance(9)) {
      case 0:
      case 1:
        await write(changing(head, [changed(chance)]));
        break;
      case 2:
        await write(changing(head, [changed(chance), said(chance), changed(chance)]));
        break;
      case 3:
        // Several writes of one session in one batch.
        await Promise.all(numbers(1, 4).map((n) => write(appending(head, drafts(n)))));
        heads.sort((a, b) => a.session!.version - b.session!.version);
        break;
      case 4:
        await write(appending(head, drafts(1 + chance(40))));
        break;
      case 5: {
        const fields = ["title", "agent_id"];
        const session = { title: `title ${version}` };
        const value = { session, fields };
        await write(changing(head, [draft({ case: "sessionUpdated", value })]));
        break;
      }
      case 6: {
        const cleared = { keepContext: chance(2) === 0, upToSeq: version, messageCount, turnCount };
        await write(changing(head, [draft({ case: "historyCleared", value: cleared })]));
        break;
      }
      case 7: {
        await write({
          ...changing(head, [draft({ case: "sessionDeleted", value: {} })]),
          movesGate: true,
        });
        const gone = heads.at(-1)!;
        const back = changing(gone, [draft({ case: "sessionRestored", value: {} })]);
        await write({ ...back, movesGate: true });
        break;
      }
      case 8: {
        const log = await wholeLog(journal, head.uid);
        const message = log.findLast((record) => decodeEvent(record).payload.case === "message");
        if (message !== undefined) await write(redacting(head, message));
        break;
      }
    }
  }
  return heads;
}

/** The head without what is the journal's and not the events'. */
function stateOf(head: Head): Head {
  const counters = { version: 0, stateVersion: 0, messageCount: 0, turnCount: 0, logBytes: 0n };
  const session = { ...head.session!, ...counters };
  delete session.updatedAt;
  return { ...head, session, gateVersion: 0, rewriteSeq: 0 };
}

/** What every journal remembers of the states a session had. */
export function pastStateContract(journalOf: () => Journal): void {
  describe("states of the past", () => {
    it.each([1, 2])("are what the head was after every write (history %i)", async (seed) => {
      const journal = journalOf();
      const heads = await randomHistory(journal, seed, 330);
      const { uid, session } = heads.at(-1)!;
      const now = { head: heads.at(-1)!, session: session! };
      expect(heads.length).toBeGreaterThan(40);
      for (const then of heads) {
        const past = await readPastHead(journal, now, then.session!.version);
        expect(stateOf(past.head)).toEqual(stateOf(then));
      }
      // And within a write, what its events up to there make of the head before it.
      let folded = create(HeadSchema, { uid });
      for (const record of await wholeLog(journal, uid)) {
        folded = foldEvents(folded, [decodeEvent(record)]);
        const past = await readPastHead(journal, now, record.seq);
        expect(stateOf(past.head)).toEqual(stateOf(folded));
      }
    });

    it("take at most 255 events to read, and say which was the last to change them", async () => {
      const journal = journalOf();
      let head = await bornSession(journal);
      const counted = (n: number) =>
        draft({ case: "stateChanged", value: create(StateChangedSchema, { variables: { n } }) });
      const stateVersions = [0, 1];
      // Writes of 100 events: what is remembered stands at the end of one, past the multiple.
      for (const size of [100, 100, 1, 128, 128]) {
        const events = numbers(1, size).map((n) => counted(head.session!.version + n));
        head = committed(await journal.changeSession(changing(head, events))).head;
        const last = head.session!.version;
        stateVersions.push(...numbers(last - size + 1, last));
        const said = appending(head, [draft({ case: "message", value: { content: "hi" } })]);
        head = committed(await journal.changeSession(said)).head;
        stateVersions.push(last);
      }
      const { version } = head.session!;
      for (const seq of numbers(1, version).filter((n) => n % 3 === 0)) {
        const { base, events } = await journal.readPastState(head.uid, seq);
        expect(events.length).toBeLessThanOrEqual(255);
        expect(events.map((record) => decodeEvent(record).type)).not.toContain("message");
        expect(base?.seq ?? 0).toBeLessThanOrEqual(seq);
        const past = await readPastHead(journal, { head, session: head.session! }, seq);
        expect(past.stateVersion).toBe(stateVersions[seq]);
      }
    });

    it("take few bytes to read, however large the changes are", async () => {
      const journal = journalOf();
      let head = await bornSession(journal);
      const large = "x".repeat(240_000);
      for (const n of numbers(1, 25)) {
        const value = create(StateChangedSchema, { context: { n, large: `${n} ${large}` } });
        const change = changing(head, [draft({ case: "stateChanged", value })]);
        head = committed(await journal.changeSession(change)).head;
      }
      for (const seq of [1, 2, 16, 17, 18, 19, 26]) {
        const { events } = await journal.readPastState(head.uid, seq);
        const bytes = events.reduce((sum, record) => sum + record.bytes.length, 0);
        expect(bytes).toBeLessThan(4.5 * 1024 * 1024);
        const past = await readPastHead(journal, { head, session: head.session! }, seq);
        expect(past.head.session?.context?.n).toBe(seq === 1 ? undefined : seq - 1);
      }
    });

    it("are of no session that does not exist", async () => {
      expect(await journalOf().readPastState(randomUUID(), 7)).toEqual({
        base: undefined,
        events: [],
      });
    });
  });
}
