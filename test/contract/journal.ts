import { randomUUID } from "node:crypto";
import type { JsonObject } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionStatus, SessionType } from "../../gen/parley/v1/session_pb.js";
import { ParleyError } from "../../src/domain/errors.ts";
import { decodeEvent } from "../../src/domain/event.ts";
import type { ChangeOutcome, Journal, SessionQuery } from "../../src/journal/port.ts";
import type { Fault } from "../support/tcp-proxy.ts";
import { accountContract, accountFaultsContract } from "./journal-accounts.ts";
import { archiveContract } from "./journal-archive.ts";
import { commentContract } from "./journal-comments.ts";
import { completionContract } from "./journal-completions.ts";
import { erasingContract } from "./journal-erasing.ts";
import { forkContract, forkFaultsContract } from "./journal-forks.ts";
import { keyContract, keyFaultsContract } from "./journal-keys.ts";
import { pastStateContract } from "./journal-past-states.ts";
import { quotaContract } from "./journal-quotas.ts";
import { rewriteContract } from "./journal-rewrites.ts";
import { shareContract } from "./journal-shares.ts";
import { taskContract } from "./journal-tasks.ts";
import { ticketContract } from "./journal-tickets.ts";
import { turnContract } from "./journal-turns.ts";
import {
  addressOf,
  append,
  committed,
  contents,
  creation,
  deleted,
  draftedEvent,
  event,
  message,
  newHead,
  newSession,
  numbers,
  operation,
  restate,
  restated,
  revived,
  TENANT,
  USER,
  wholeLog,
} from "./journal-writes.ts";

/** A store that can be opened, shared and broken. */
export interface JournalStore {
  /**
   * Opens a journal on it: another replica, unless the store is exclusive, in
   * which case the one before must be closed.
   */
  open(clock?: () => Date): Promise<Journal>;
  /** Runs a statement behind the journal's back. */
  execute(text: string, values: readonly unknown[]): Promise<void>;
  /** What happens to the next statement of this name; resolves when it has. */
  fault(statement: string, fault: Fault): Promise<void>;
  /** Breaks every connection and takes no new one. */
  goAway(): void;
  comeBack(): void;
  stop(): Promise<void>;
}

const CHANGE = "change_sessions";
const CREATE = "create_sessions";
const FORK = "fork_session";
const HOUR = 3_600_000;

/** A field that is cut off: nobody can decode it. */
const BROKEN = Buffer.from([0x0a, 0xff]);

/**
 * What every journal does.
 * @param start a new empty store whose statements time out after about a second
 */
export function journalContract(
  name: string,
  start: () => Promise<JournalStore>,
  suite: (name: string, tests: () => void) => void = describe,
): void {
  suite(`journal: ${name}`, () => {
    let store: JournalStore;
    let journal: Journal;
    beforeAll(async () => {
      store = await start();
      journal = await store.open();
    });
    afterAll(async () => {
      await journal.close();
      await store.stop();
    });
    const isBack = () => expect.poll(() => journal.ping().then(() => "back", String)).toBe("back");

    archiveContract(() => journal);
    pastStateContract(() => journal);
    forkContract(() => journal);
    taskContract(
      () => journal,
      (text, values) => store.execute(text, values),
    );
    accountContract(() => journal);
    quotaContract(() => journal);
    keyContract(() => journal);
    shareContract(() => journal);
    ticketContract(() => journal);
    erasingContract(() => journal);

    describe("creating", () => {
      it("answers with the head and its first event", async () => {
        const head = newHead({ title: "Title", externalId: "ext-a", agentId: "agent" });
        const outcome = committed(await journal.createSession(creation(head)));
        expect(outcome.head).toMatchObject({
          uid: head.uid,
          gateVersion: 1,
          session: { version: 1, stateVersion: 1, messageCount: 0, turnCount: 0, title: "Title" },
        });
        expect(outcome.head.session?.createdAt).toEqual(head.session?.createdAt);
        expect(outcome.head.session?.logBytes).toBeGreaterThan(0n);
        expect(outcome.events.map(({ seq, turn }) => [seq, turn])).toEqual([[1, 0]]);
        expect(await journal.readHead(addressOf(head))).toEqual(outcome.head);
        expect(await wholeLog(journal, head.uid)).toEqual(outcome.events);
      });

      it("gives one of many the id, and shows the others who has it", async () => {
        const sessionId = randomUUID();
        const outcomes = await Promise.all(
          numbers(1, 20).map(() => journal.createSession(creation(newHead({ sessionId })))),
        );
        const [winner, ...more] = outcomes.filter(({ kind }) => kind === "committed");
        expect(more).toEqual([]);
        for (const outcome of outcomes.filter((other) => other !== winner)) {
          expect(outcome).toEqual({
            kind: "taken",
            by: "session_id",
            holder: committed(winner!).head,
          });
        }
      });

      it("says of somebody else's session nothing but that it has the id", async () => {
        const { sessionId } = (await newSession(journal, { userId: "user-2" })).session!;
        expect(await journal.createSession(creation(newHead({ sessionId })))).toEqual({
          kind: "taken",
          by: "session_id",
          holder: "foreign",
        });
      });

      it("keeps a living session's external_id for it, per owner", async () => {
        const holder = await newSession(journal, { externalId: "ext-taken" });
        const same = newHead({ externalId: "ext-taken" });
        expect(await journal.createSession(creation(same))).toEqual({
          kind: "taken",
          by: "external_id",
          holder,
        });
        const others = newHead({ externalId: "ext-taken", userId: "user-2" });
        expect((await journal.createSession(creation(others))).kind).toBe("committed");
        await deleted(journal, holder);
        expect((await journal.createSession(creation(same))).kind).toBe("committed");
      });

      it("frees a deleted session's id for its former owner only", async () => {
        const gone = await deleted(journal, await newSession(journal));
        const { sessionId } = gone.session!;
        const theirs = newHead({ sessionId, userId: "user-2" });
        expect(await journal.createSession(creation(theirs))).toEqual({
          kind: "taken",
          by: "session_id",
          holder: "foreign",
        });
        const elsewhere = newHead({ sessionId, tenantId: "tenant-2" });
        expect((await journal.createSession(creation(elsewhere))).kind).toBe("committed");
        const mine = newHead({ sessionId });
        expect((await journal.createSession(creation(mine))).kind).toBe("committed");
      });

      it("answers a repetition with the first one's receipt", async () => {
        const op = operation();
        const first = committed(await journal.createSession(creation(newHead(), op)));
        const again = await journal.createSession(creation(newHead(), op));
        expect(again).toMatchObject({
          kind: "repeated",
          receipt: { uid: first.head.uid, firstSeq: 1, lastSeq: 1 },
        });
        expect(again.kind === "repeated" && again.receipt.head).toEqual(first.head);
      });

      it("does one of many equal creations", async () => {
        const op = operation();
        const outcomes = await Promise.all(
          numbers(1, 10).map(() => journal.createSession(creation(newHead(), op))),
        );
        const kinds = outcomes.map(({ kind }) => kind).sort();
        expect(kinds).toEqual(["committed", ...numbers(1, 9).map(() => "repeated")]);
        const uids = outcomes.map((outcome) => {
          if (outcome.kind === "taken" || outcome.kind === "refused") throw new Error(outcome.kind);
          return outcome.kind === "committed" ? outcome.head.uid : outcome.receipt.uid;
        });
        expect(new Set(uids).size).toBe(1);
      });
    });

    describe("appending", () => {
      it("makes 100 parallel appends 100 events without a gap, in the order of the calls", async () => {
        const head = await newSession(journal);
        const texts = numbers(1, 100).map((n) => `message ${n}`);
        const outcomes = await Promise.all(
          texts.map((text) => journal.changeSession(append(head, text))),
        );
        const events = outcomes.flatMap((outcome) => committed(outcome).events);
        expect(events.map(({ seq }) => seq)).toEqual(numbers(2, 101));
        const log = await wholeLog(journal, head.uid);
        expect(log.map(({ seq }) => seq)).toEqual(numbers(1, 101));
        expect(contents(log)).toEqual(texts);
        expect(log.slice(1)).toEqual(events);
      });

      it("answers each with the head right after it", async () => {
        const head = await newSession(journal);
        const outcomes = await Promise.all([
          journal.changeSession(append(head, "a")),
          journal.changeSession(append(head, "b", operation(), Role.ASSISTANT)),
          journal.changeSession({ ...append(head, ""), events: [event("sessionUpdated")] }),
          journal.changeSession({ ...append(head, ""), events: [message("c"), message("d")] }),
        ]);
        const counters = outcomes.map((outcome) => {
          const { version, stateVersion, messageCount, turnCount } =
            committed(outcome).head.session!;
          return { version, stateVersion, messageCount, turnCount };
        });
        expect(counters).toEqual([
          { version: 2, stateVersion: 1, messageCount: 1, turnCount: 1 },
          { version: 3, stateVersion: 1, messageCount: 2, turnCount: 1 },
          { version: 4, stateVersion: 1, messageCount: 2, turnCount: 1 },
          { version: 6, stateVersion: 1, messageCount: 4, turnCount: 3 },
        ]);
        const last = committed(outcomes[3]!).head;
        expect(await journal.readHead(addressOf(head))).toEqual(last);
        const log = await wholeLog(journal, head.uid);
        expect(log.map(({ turn }) => turn)).toEqual([0, 1, 1, 1, 2, 3]);
        expect(decodeEvent(log[5]!)).toMatchObject({ seq: 6, turnNumber: 3, type: "message" });
      });

      it("keeps NUL and a megabyte as they are", async () => {
        const nul = "a\0b";
        const large = "ä€😀".repeat(120_000);
        const head = await newSession(journal, { title: nul, agentId: nul });
        expect(head.session?.title).toBe(nul);
        const outcomes = await Promise.all(
          [nul, large, "plain"].map((text) => journal.changeSession(append(head, text))),
        );
        for (const outcome of outcomes) committed(outcome);
        expect(contents(await wholeLog(journal, head.uid))).toEqual([nul, large, "plain"]);
        expect((await journal.readHead(addressOf(head)))?.session?.title).toBe(nul);
      });

      it("says that a session which does not exist has moved to nowhere", async () => {
        const change = append(newHead(), "lost");
        expect(await journal.changeSession(change)).toEqual({ kind: "moved", head: undefined });
      });

      it("refuses what cannot be written, and that alone", async () => {
        const head = await newSession(journal);
        const broken = { ...append(head, "broken"), uid: "no uuid" };
        const outcomes = await Promise.allSettled([
          journal.changeSession(append(head, "before")),
          journal.changeSession(broken),
          journal.changeSession(append(head, "after")),
        ]);
        expect(outcomes.map(({ status }) => status)).toEqual([
          "fulfilled",
          "rejected",
          "fulfilled",
        ]);
        const refusal = (outcomes[1] as PromiseRejectedResult).reason;
        expect(refusal).toBeInstanceOf(ParleyError);
        expect(refusal.reason).toBe("internal");
        expect(contents(await wholeLog(journal, head.uid))).toEqual(["before", "after"]);
      });
    });

    describe("changing the state", () => {
      it("moves state_version to the new seq and keeps the rest of the counters", async () => {
        const head = await newSession(journal, { title: "old" });
        await journal.changeSession(append(head, "one"));
        const outcome = committed(
          await journal.changeSession(restate(head, restated(head, { title: "new" }))),
        );
        expect(outcome.head.session).toMatchObject({
          title: "new",
          version: 3,
          stateVersion: 3,
          messageCount: 1,
          turnCount: 1,
        });
        expect(await journal.readHead(addressOf(head))).toEqual(outcome.head);
      });

      it("refuses what was decided on another state, and shows the current one", async () => {
        const head = await newSession(journal);
        const first = await journal.changeSession(restate(head, restated(head, { title: "1st" })));
        const { head: current } = committed(first);
        const second = restate(head, restated(head, { title: "2nd" }));
        expect(await journal.changeSession(second)).toEqual({ kind: "moved", head: current });
        expect(current.session?.version).toBe(2);
        const gone = await deleted(journal, current);
        const [stale, appended] = await Promise.all([
          journal.changeSession(append(head, "stale")),
          journal.changeSession(append(gone, "fine")),
        ]);
        expect(stale).toEqual({ kind: "moved", head: committed(appended).head });
      });

      it("lets one of many changes on one state win", async () => {
        const head = await newSession(journal);
        const outcomes = await Promise.all(
          numbers(1, 20).map((n) =>
            journal.changeSession(restate(head, restated(head, { title: `title ${n}` }))),
          ),
        );
        const won = outcomes.filter(({ kind }) => kind === "committed");
        expect(won).toHaveLength(1);
        const current = committed(won[0]!).head;
        for (const outcome of outcomes.filter((other) => other !== won[0])) {
          expect(outcome).toEqual({ kind: "moved", head: current });
        }
        expect(await wholeLog(journal, head.uid)).toHaveLength(2);
      });

      it("keeps appends and changes of state that race in one gapless order", async () => {
        const head = await newSession(journal);
        const calls = numbers(1, 60).map((n) =>
          n % 10 === 0
            ? journal.changeSession(restate(head, restated(head, { title: `title ${n}` })))
            : journal.changeSession(append(head, `message ${n}`)),
        );
        const outcomes = await Promise.all(calls);
        const [first, ...late] = outcomes.filter((_, index) => index % 10 === 9);
        expect(committed(first!).head.session).toMatchObject({ version: 11, stateVersion: 11 });
        expect(late.map(({ kind }) => kind)).toEqual(late.map(() => "moved"));
        const made = outcomes.filter((outcome) => !late.includes(outcome)).map(committed);
        expect(made.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual(numbers(2, 56));
        const current = (await journal.readHead(addressOf(head)))!;
        expect(current.session).toMatchObject({ version: 56, stateVersion: 11, messageCount: 54 });
        expect(committed(outcomes[58]!).head).toEqual(current);
      });

      it("says which id of a restored or renamed session is taken", async () => {
        const head = await newSession(journal, { externalId: "ext-restore" });
        const gone = await deleted(journal, head);
        const heir = await newSession(journal, { sessionId: head.session!.sessionId });
        const bystander = await newSession(journal);
        const restore = restate(gone, restated(gone, {}));
        const [taken, fine] = await Promise.all([
          journal.changeSession(restore),
          journal.changeSession(append(bystander, "fine")),
        ]);
        expect(taken).toEqual({ kind: "taken", by: "session_id" });
        expect(fine.kind).toBe("committed");
        await newSession(journal, { externalId: "ext-restore" });
        const rename = restate(heir, restated(heir, { externalId: "ext-restore" }));
        expect(await journal.changeSession(rename)).toEqual({ kind: "taken", by: "external_id" });
        await deleted(journal, heir);
        const again = restate(gone, restated(gone, { externalId: undefined }));
        expect((await journal.changeSession(again)).kind).toBe("committed");
        expect((await journal.readHead(addressOf(head)))?.uid).toBe(head.uid);
      });
    });

    describe("the gate", () => {
      it("lets no append lose to changes of the title", async () => {
        let head = await newSession(journal);
        const start = head;
        const appends: Promise<ChangeOutcome>[] = [];
        for (const n of numbers(1, 20)) {
          appends.push(journal.changeSession(append(start, `before ${n}`)));
          const change = restate(head, restated(head, { title: `title ${n}` }));
          const changed = journal.changeSession(change);
          appends.push(journal.changeSession(append(start, `after ${n}`)));
          head = committed(await changed).head;
        }
        const heads = (await Promise.all(appends)).map((outcome) => committed(outcome).head);
        expect(heads.map(({ gateVersion }) => gateVersion)).toEqual(heads.map(() => 1));
        const current = (await journal.readHead(addressOf(start)))!;
        expect(current).toMatchObject({
          gateVersion: 1,
          session: { title: "title 20", version: 61, messageCount: 40 },
        });
        expect(heads.find(({ session }) => session?.version === 61)).toEqual(current);
      });

      it("is moved by a deletion and a restoration, and appends decided before are not taken", async () => {
        const head = await newSession(journal);
        const gone = await deleted(journal, head);
        expect(await journal.changeSession(append(head, "late"))).toEqual({
          kind: "moved",
          head: gone,
        });
        const back = await revived(journal, gone);
        for (const before of [head, gone]) {
          expect(await journal.changeSession(append(before, "late"))).toEqual({
            kind: "moved",
            head: back,
          });
        }
        expect([head, gone, back].map(({ gateVersion }) => gateVersion)).toEqual([1, 2, 3]);
        const renamed = committed(
          await journal.changeSession(restate(back, restated(back, { title: "new" }))),
        ).head;
        const { head: last } = committed(await journal.changeSession(append(back, "taken")));
        expect([renamed, last].map(({ gateVersion }) => gateVersion)).toEqual([3, 3]);
        expect(await journal.readHead(addressOf(head))).toEqual(last);
      });

      it("keeps out the appends that wait behind a deletion, and those only", async () => {
        const head = await newSession(journal);
        const [before, gone, after] = await Promise.all([
          journal.changeSession(append(head, "before")),
          deleted(journal, head),
          journal.changeSession(append(head, "after")),
        ]);
        expect(before.kind).toBe("committed");
        expect(after).toEqual({ kind: "moved", head: gone });
      });

      it("stands in the receipts of what changed the state", async () => {
        const head = await newSession(journal);
        const [renaming, deletion] = [operation(), operation()];
        const rename = restate(head, restated(head, { title: "new" }), renaming);
        const renamed = committed(await journal.changeSession(rename)).head;
        const change = restate(renamed, restated(renamed, {}, new Date()), deletion);
        const gone = committed(await journal.changeSession({ ...change, movesGate: true })).head;
        expect((await journal.findReceipt(renaming))?.head).toEqual(renamed);
        expect((await journal.findReceipt(deletion))?.head).toEqual(gone);
        expect([renamed.gateVersion, gone.gateVersion]).toEqual([1, 3]);
      });

      it("is as it was where a head is listed, looked for or in the way", async () => {
        const head = await newSession(journal, { userId: randomUUID() });
        const back = await revived(journal, await deleted(journal, head));
        const { userId, sessionId } = back.session!;
        const query = { tenantId: TENANT, userId, now: new Date() };
        expect(await journal.latestSession(query)).toEqual(back);
        const page = { ...query, order: "asc", limit: 1, offset: 0 } as const;
        expect((await journal.listSessions(page)).heads).toEqual([back]);
        const taken = await journal.createSession(creation(newHead({ sessionId, userId })));
        expect(taken).toMatchObject({ kind: "taken", holder: back });
        const gone = await deleted(journal, back);
        expect(await journal.readDeletedHead(addressOf(back))).toEqual(gone);
        expect(gone.gateVersion).toBe(4);
      });
    });

    describe("operations", () => {
      it("are done once, and answered again by their receipt", async () => {
        const head = await newSession(journal);
        const op = operation();
        const first = committed(await journal.changeSession(append(head, "once", op)));
        const again = await journal.changeSession(append(head, "once", op));
        expect(again).toMatchObject({
          kind: "repeated",
          receipt: { uid: head.uid, firstSeq: 2, lastSeq: 2, head: undefined },
        });
        expect(contents(await wholeLog(journal, head.uid))).toEqual(["once"]);
        const receipt = await journal.findReceipt(op);
        expect(Buffer.compare(receipt!.requestHash, op.requestHash)).toBe(0);
        expect(receipt?.lastSeq).toBe(first.head.session?.version);
      });

      it("are done once when ten of them come at the same time", async () => {
        const head = await newSession(journal);
        const op = operation();
        const outcomes = await Promise.all(
          numbers(1, 10).map(() => journal.changeSession(append(head, "once", op))),
        );
        expect(outcomes.filter(({ kind }) => kind === "committed")).toHaveLength(1);
        expect(outcomes.filter(({ kind }) => kind === "repeated")).toHaveLength(9);
        expect(contents(await wholeLog(journal, head.uid))).toEqual(["once"]);
      });

      it("are recognised even though the state has moved since", async () => {
        const head = await newSession(journal);
        const op = operation();
        const change = restate(head, restated(head, { title: "mine" }), op);
        const first = committed(await journal.changeSession(change));
        const later = restate(first.head, restated(first.head, { title: "later" }));
        const current = committed(await journal.changeSession(later)).head;
        await journal.changeSession(append(current, "more"));
        const again = await journal.changeSession(change);
        expect(again.kind === "repeated" && again.receipt.head).toEqual(first.head);
        expect((await journal.findReceipt(op))?.head).toEqual(first.head);
      });

      it("that change nothing are recorded with the head as it is", async () => {
        const start = await newSession(journal);
        const appended = committed(await journal.changeSession(append(start, "one"))).head;
        const change = restate(appended, restated(appended, { title: "new" }));
        const renamed = committed(await journal.changeSession(change)).head;
        const head = committed(await journal.changeSession(append(renamed, "two"))).head;
        const op = operation();
        const nothing = { ...append(head, "", op), basedOn: { state: 3 }, events: [] };
        expect(await journal.changeSession(nothing)).toEqual({
          kind: "committed",
          head,
          events: [],
        });
        expect(await journal.readHead(addressOf(start))).toEqual(head);
        const { head: later } = committed(await journal.changeSession(append(head, "three")));
        expect(later.session?.version).toBe(5);
        const receipt = await journal.findReceipt(op);
        expect(receipt).toMatchObject({ uid: head.uid, firstSeq: 5, lastSeq: 4 });
        expect(receipt?.head).toEqual(head);
        expect(await journal.changeSession(append(head, "retry", op))).toEqual({
          kind: "repeated",
          receipt,
        });
      });

      it("that change nothing are not recorded if the state is another one", async () => {
        const head = await newSession(journal);
        const gone = await deleted(journal, head);
        const op = operation();
        const nothing = { ...append(head, "", op), basedOn: { state: 1 }, events: [] };
        expect(await journal.changeSession(nothing)).toEqual({ kind: "moved", head: gone });
        expect(await journal.findReceipt(op)).toBeUndefined();
      });

      it("that change nothing keep their place among appends", async () => {
        const head = await newSession(journal);
        const op = operation();
        const nothing = { ...append(head, "", op), basedOn: { state: 1 }, events: [] };
        const outcomes = await Promise.all([
          journal.changeSession(append(head, "a")),
          journal.changeSession(nothing),
          journal.changeSession(append(head, "b")),
        ]);
        const versions = outcomes.map((outcome) => committed(outcome).head.session?.version);
        expect(versions).toEqual([2, 2, 3]);
        expect((await journal.findReceipt(op))?.head).toEqual(committed(outcomes[0]!).head);
      });

      it("belong to one tenant, user and method", async () => {
        const key = randomUUID();
        const head = await newSession(journal);
        const owners = [{}, { userId: "user-2" }, { tenantId: "tenant-2" }, { method: "other" }];
        for (const owner of owners) {
          const outcome = await journal.changeSession(append(head, "x", operation(key, owner)));
          expect(outcome.kind).toBe("committed");
        }
        expect(await journal.findReceipt(operation(key, { method: "third" }))).toBeUndefined();
      });
    });

    describe("heads", () => {
      it("are found by the ids in the order the port says", async () => {
        const id = randomUUID();
        const mine = { tenantId: TENANT, userId: USER, id };
        const first = await newSession(journal, { sessionId: id });
        const called = await newSession(journal, { externalId: id });
        expect(await journal.readHead(mine)).toEqual(first);
        const gone = await deleted(journal, first);
        expect(await journal.readHead(mine)).toEqual(called);
        await deleted(journal, called);
        expect(await journal.readHead(mine)).toEqual(gone);
        expect(await journal.readHead({ ...mine, tenantId: "tenant-2" })).toBeUndefined();
      });

      it("are the caller's own, as if there were no others", async () => {
        const id = randomUUID();
        const theirs = await newSession(journal, { sessionId: id, userId: "user-2" });
        const mine = { tenantId: TENANT, userId: USER, id };
        expect(await journal.readHead(mine)).toBeUndefined();
        expect(await journal.readHead({ ...mine, userId: "user-2" })).toEqual(theirs);
        const called = await newSession(journal, { externalId: id });
        expect(await journal.readHead(mine)).toEqual(called);
        await deleted(journal, theirs);
        expect(await journal.readHead(mine)).toEqual(called);
        await deleted(journal, called);
        expect(await journal.readHead(mine)).toBeUndefined();
      });

      it("prefer the caller's own session of an id to another of that external_id", async () => {
        const own = await newSession(journal);
        await newSession(journal, { externalId: own.session!.sessionId });
        expect(await journal.readHead(addressOf(own))).toEqual(own);
      });

      it("of the deleted are the caller's own, the last one first", async () => {
        const sessionId = randomUUID();
        const first = await newSession(journal, { sessionId });
        const address = addressOf(first);
        expect(await journal.readDeletedHead(address)).toBeUndefined();
        await deleted(journal, first, new Date("2026-01-01"));
        const second = await newSession(journal, { sessionId });
        const last = await deleted(journal, second, new Date("2026-01-02"));
        expect(await journal.readDeletedHead(address)).toEqual(last);
        expect(await journal.readHead(address)).toEqual(last);
        expect(await journal.readDeletedHead({ ...address, userId: "user-2" })).toBeUndefined();
      });

      it("are not found by what cannot be an id", async () => {
        const head = await newSession(journal, { sessionId: "plain-id" });
        for (const id of ["plain-id\0", "\0", "", "'; --", "😀", "x".repeat(100_000)]) {
          expect(await journal.readHead({ ...addressOf(head), id })).toBeUndefined();
          expect(await journal.readDeletedHead({ ...addressOf(head), id })).toBeUndefined();
        }
      });

      it("are each answered when many are asked for at once", async () => {
        const heads = await Promise.all(numbers(1, 30).map(() => newSession(journal)));
        const asked = [...heads, ...heads, newHead()];
        const found = await Promise.all(asked.map((head) => journal.readHead(addressOf(head))));
        expect(found).toEqual([...heads, ...heads, undefined]);
      });

      it("show every write that was acknowledged before they were asked for", async () => {
        const head = await newSession(journal);
        let stale = 0;
        await Promise.all(
          numbers(1, 40).map(async (n) => {
            const outcome = committed(await journal.changeSession(append(head, `${n}`)));
            const seen = await journal.readHead(addressOf(head));
            if (seen!.session!.version < outcome.head.session!.version) stale++;
          }),
        );
        expect(stale).toBe(0);
      });

      it("have versions, the deleted ones too", async () => {
        const [a, b] = [await newSession(journal), await newSession(journal)];
        await journal.changeSession(append(a!, "x"));
        await deleted(journal, b!);
        const answers = await Promise.all([
          journal.readVersions([a!.uid, b!.uid, randomUUID()]),
          journal.readVersions([a!.uid]),
          journal.readVersions([]),
        ]);
        expect(answers).toEqual([
          new Map([
            [a!.uid, 2],
            [b!.uid, 2],
          ]),
          new Map([[a!.uid, 2]]),
          new Map(),
        ]);
      });
    });

    describe("reading a log", () => {
      it("keeps to the range and the limit", async () => {
        const { uid } = await sessionWith(journal, numbers(1, 9).map(String));
        const read = async (afterSeq: number, upToSeq: number, limit: number) =>
          (await journal.readEvents({ uid, afterSeq, upToSeq, limit })).map(({ seq }) => seq);
        expect(await read(0, 10, 100)).toEqual(numbers(1, 10));
        expect(await read(3, 6, 100)).toEqual([4, 5, 6]);
        expect(await read(3, 9, 2)).toEqual([4, 5]);
        expect(await read(10, 99, 2)).toEqual([]);
        expect(await read(5, 3, 2)).toEqual([]);
        expect(await read(-1, 2 ** 40, 2 ** 40)).toEqual(numbers(1, 10));
        expect(await read(2 ** 31, 2 ** 31 + 9, 5)).toEqual([]);
      });

      it("stops at about 4 MiB, after at least one event", async () => {
        const megabyte = "x".repeat(1024 * 1024);
        const texts = [megabyte.repeat(6), ...numbers(1, 8).map(() => megabyte)];
        const { uid } = await sessionWith(journal, texts);
        const sizes: number[] = [];
        for (let afterSeq = 1; afterSeq < 10; ) {
          const events = await journal.readEvents({ uid, afterSeq, upToSeq: 10, limit: 100 });
          sizes.push(events.length);
          afterSeq = events.at(-1)!.seq;
        }
        expect(sizes).toEqual([1, 4, 4]);
        const query = { uid, order: "asc", afterSeq: 0, upToSeq: 10, limit: 9, offset: 1 } as const;
        expect(await journal.readMessages(query)).toHaveLength(4);
      });

      it("stops sooner where its reader says so, after at least one event", async () => {
        const { uid } = await sessionWith(
          journal,
          numbers(1, 9).map(() => "x".repeat(1000)),
        );
        const read = async (maxBytes: number) => {
          const range = { uid, afterSeq: 1, upToSeq: 10, limit: 100, maxBytes };
          return (await journal.readEvents(range)).length;
        };
        expect(await Promise.all([read(0), read(1), read(3000), read(1e9)])).toEqual([1, 1, 3, 9]);
      });

      it("pages messages both ways, by offset, seq and role", async () => {
        const head = await newSession(journal);
        const roles = [Role.USER, Role.ASSISTANT, Role.TOOL];
        // Every third event carries no message: 1 creation, then m m e m m e ...
        const events = numbers(1, 30).map((n) =>
          n % 3 === 0 ? event("sessionUpdated") : message(`m${n}`, roles[n % 4 === 1 ? 2 : n % 2]),
        );
        committed(await journal.changeSession({ ...append(head, ""), events }));
        const model = (await wholeLog(journal, head.uid)).flatMap((record) => {
          const { payload } = decodeEvent(record);
          return payload.case === "message" ? [{ seq: record.seq, role: payload.value.role }] : [];
        });
        for (const order of ["asc", "desc"] as const) {
          for (const role of [undefined, Role.USER, Role.TOOL, Role.SYSTEM]) {
            for (const [afterSeq, upToSeq] of [
              [0, 99],
              [0, 31],
              [7, 20],
              [20, 7],
              [30, 31],
              [-1, 2 ** 31],
              [2 ** 31, 2 ** 40],
            ] as const) {
              const matching = model
                .filter(({ seq }) => seq > afterSeq && seq <= upToSeq)
                .filter((one) => role === undefined || one.role === role)
                .map(({ seq }) => seq);
              if (order === "desc") matching.reverse();
              const range = { uid: head.uid, order, afterSeq, upToSeq, ...(role && { role }) };
              for (const [offset, limit] of [
                [0, 100],
                [0, 3],
                [2, 4],
                [50, 5],
                [2 ** 31 - 1, 2 ** 40],
              ] as const) {
                const page = await journal.readMessages({ ...range, offset, limit });
                expect(page.map(({ seq }) => seq)).toEqual(matching.slice(offset, offset + limit));
              }
              const count = await journal.countMessages({ ...range, offset: 5, limit: 1 });
              expect(count).toBe(matching.length);
            }
          }
        }
      });

      it("reads what is nested deeper than the edge lets in", async () => {
        const deep = numbers(1, 300).reduce<JsonObject>((within) => ({ within }), {});
        const head = await newSession(journal, { context: deep });
        expect(await journal.readHead(addressOf(head))).toEqual(head);
        const draft = { case: "sessionCreated", value: { session: head.session! } } as const;
        const events = [draftedEvent(draft)];
        committed(await journal.changeSession({ ...append(head, ""), events }));
        const log = await wholeLog(journal, head.uid);
        expect(decodeEvent(log[1]!).payload).toMatchObject({ case: "sessionCreated" });
      });
    });

    describe("turns", () => turnContract(() => journal));
    describe("comments", () => commentContract(() => journal));
    describe("completions", () => completionContract(() => journal));
    describe("rewriting", () => rewriteContract(() => journal));

    describe("what cannot be decoded", () => {
      const INTERNAL = { reason: "internal", message: "the journal failed" };
      const breakState = ({ uid }: Head) =>
        store.execute("UPDATE sessions SET state = $1 WHERE uid = $2", [BROKEN, uid]);

      it("fails whoever reads it, and nobody who reads at the same time", async () => {
        const [fine, broken] = [await newSession(journal), await newSession(journal)];
        await breakState(broken);
        const [before, failed, after] = await Promise.allSettled([
          journal.readHead(addressOf(fine)),
          journal.readHead(addressOf(broken)),
          journal.readHead(addressOf(fine)),
        ]);
        expect([before, after]).toMatchObject([{ value: fine }, { value: fine }]);
        expect(failed).toMatchObject({ status: "rejected", reason: INTERNAL });
      });

      it("fails whoever wants its id, and nobody who creates at the same time", async () => {
        const [broken, foreign, taken] = [
          await newSession(journal),
          await newSession(journal, { userId: "user-2" }),
          await newSession(journal),
        ];
        await breakState(broken);
        await breakState(foreign);
        const outcomes = await Promise.allSettled(
          [taken, broken, foreign].map((holder) => {
            const { sessionId } = holder.session!;
            return journal.createSession(creation(newHead({ sessionId })));
          }),
        );
        expect(outcomes).toMatchObject([
          { value: { kind: "taken", holder: taken } },
          { status: "rejected", reason: INTERNAL },
          { value: { kind: "taken", holder: "foreign" } },
        ]);
      });

      it("fails whoever repeats an operation, and nobody who repeats another", async () => {
        const [fine, broken] = [operation(), operation()];
        const first = committed(await journal.createSession(creation(newHead(), fine)));
        const { head } = committed(await journal.createSession(creation(newHead(), broken)));
        await store.execute("UPDATE operations SET state = $1 WHERE session = $2", [
          BROKEN,
          head.uid,
        ]);
        const outcomes = await Promise.allSettled(
          [fine, broken].map((op) => journal.createSession(creation(newHead(), op))),
        );
        expect(outcomes).toMatchObject([
          { value: { kind: "repeated", receipt: { head: first.head } } },
          { status: "rejected", reason: INTERNAL },
        ]);
        await expect(journal.findReceipt(broken)).rejects.toMatchObject(INTERNAL);
      });

      it("fails whoever writes to it, and nobody who writes at the same time", async () => {
        const [fine, broken] = [await newSession(journal), await newSession(journal)];
        await breakState(broken);
        const outcomes = await Promise.allSettled([
          journal.changeSession(append(fine, "1")),
          journal.changeSession(append(broken, "a")),
          journal.changeSession(append(broken, "b")),
          journal.changeSession({ ...append(broken, "stale"), basedOn: { gate: 0 } }),
          journal.changeSession(append(fine, "2")),
        ]);
        const kinds = outcomes.map((outcome) =>
          outcome.status === "fulfilled" ? outcome.value.kind : outcome.reason.reason,
        );
        expect(kinds).toEqual(["committed", "internal", "internal", "internal", "committed"]);
        expect(contents(await wholeLog(journal, broken.uid))).toEqual(["a", "b"]);
        const mended = await journal.changeSession(restate(broken, restated(broken, {})));
        expect(committed(mended).head.session).toMatchObject({ version: 4, messageCount: 2 });
        expect(await journal.readHead(addressOf(broken))).toEqual(committed(mended).head);
      });
    });

    describe("lists", () => {
      const now = new Date("2026-03-01T00:00:00Z");
      const day = (n: number) => new Date(Date.UTC(2026, 0, n));
      const query = (userId: string, of: Partial<SessionQuery> = {}): SessionQuery => ({
        tenantId: TENANT,
        userId,
        now,
        order: "desc",
        limit: 100,
        offset: 0,
        ...of,
      });
      const titles = async (of: SessionQuery) =>
        (await journal.listSessions(of)).heads.map(({ session }) => session!.title);

      it("filter, and give figures over all that match", async () => {
        const userId = randomUUID();
        const add = (title: string, n: number, of = {}) =>
          newSession(journal, { userId, title, ...of }, day(n));
        await add("a 100%", 1, { agentId: "x" });
        const b = await add("B_1", 2, { status: SessionStatus.RUNNING });
        await add("c\\", 3, { agentId: "x" });
        await deleted(journal, await add("gone", 4));
        await add("past", 5, {
          expiresAt: {
            $typeName: "google.protobuf.Timestamp",
            seconds: BigInt(now.getTime() / 1000),
            nanos: 0,
          },
        });
        await newSession(journal, { userId, title: "elsewhere", tenantId: "tenant-2" });
        await journal.changeSession(append(b, "one"));
        const page = await journal.listSessions(query(userId));
        expect(page.heads.map(({ session }) => session!.title)).toEqual(["c\\", "B_1", "a 100%"]);
        expect(page).toMatchObject({ hasMore: false, total: 3, messageCount: 1 });
        expect(page.byStatus).toEqual(
          new Map([
            [SessionStatus.ACTIVE, 2],
            [SessionStatus.RUNNING, 1],
          ]),
        );
        expect(await titles(query(userId, { order: "asc" }))).toEqual(["a 100%", "B_1", "c\\"]);
        expect(await titles(query(userId, { agentId: "x" }))).toEqual(["c\\", "a 100%"]);
        expect(await titles(query(userId, { status: SessionStatus.RUNNING }))).toEqual(["B_1"]);
        expect(await titles(query(userId, { createdFrom: day(2) }))).toEqual(["c\\", "B_1"]);
        expect(await titles(query(userId, { createdBefore: day(3) }))).toEqual(["B_1", "a 100%"]);
        for (const [text, found] of [
          ["%", "a 100%"],
          ["b_", "B_1"],
          ["\\", "c\\"],
        ] as const) {
          expect(await titles(query(userId, { titleContains: text }))).toEqual([found]);
        }
        expect(await titles(query(userId, { titleContains: "a_1" }))).toEqual([]);
      });

      it("tell runs by type, tokens and money", async () => {
        const userId = randomUUID();
        const { RESEARCH, ANALYSIS } = SessionType;
        const add = (n: number, of = {}) =>
          newSession(journal, { userId, title: `${n}`, ...of }, day(n));
        await add(1, { sessionType: RESEARCH, tokensUsed: 9_000_000_000n, cost: 0.1 });
        await add(2, { sessionType: RESEARCH, cost: 0.2, status: SessionStatus.RUNNING });
        const third = await add(3, { sessionType: ANALYSIS, tokensUsed: 1n, cost: 1e6 });
        await add(4);
        await deleted(journal, await add(5, { sessionType: ANALYSIS, cost: 5 }));
        const figures = async (of: Partial<SessionQuery> = {}) => {
          const { heads, hasMore: _, ...totals } = await journal.listSessions(query(userId, of));
          return { titles: heads.map(({ session }) => session!.title), ...totals };
        };
        expect(await figures({ limit: 1 })).toEqual({
          titles: ["4"],
          total: 4,
          byStatus: new Map([
            [SessionStatus.ACTIVE, 3],
            [SessionStatus.RUNNING, 1],
          ]),
          byType: new Map([
            [SessionType.UNSPECIFIED, 1],
            [RESEARCH, 2],
            [ANALYSIS, 1],
          ]),
          messageCount: 0,
          tokensUsed: 9_000_000_001n,
          costMicros: 1_000_000_300_000n,
        });
        expect(await figures({ sessionType: RESEARCH })).toMatchObject({
          titles: ["2", "1"],
          byType: new Map([[RESEARCH, 2]]),
          tokensUsed: 9_000_000_000n,
          costMicros: 300_000n,
        });
        const state = restated(third, { sessionType: RESEARCH, tokensUsed: 2n, cost: 3 });
        committed(await journal.changeSession(restate(third, state)));
        expect(await figures({ sessionType: ANALYSIS })).toMatchObject({ titles: [], total: 0 });
        expect(await figures()).toMatchObject({ tokensUsed: 9_000_000_002n });
        expect(await figures({ userId: randomUUID() })).toMatchObject({
          byType: new Map(),
          tokensUsed: 0n,
          costMicros: 0n,
        });
      });

      it("take any number and any time", async () => {
        const userId = randomUUID();
        const only = await newSession(journal, { userId, title: "only" }, day(1));
        const [first, last] = [new Date(-8.64e15), new Date(8.64e15)];
        const { uid } = only;
        for (const [of, found] of [
          [{ createdFrom: first, createdBefore: last, now: first }, ["only"]],
          [{ createdFrom: last }, []],
          [{ createdBefore: first }, []],
          [{ after: { createdAt: last, uid } }, ["only"]],
          [{ after: { createdAt: first, uid } }, []],
          [{ limit: 2 ** 40 }, ["only"]],
          [{ offset: 2 ** 40 }, []],
          [{ offset: -1, limit: 2 ** 31 - 1 }, ["only"]],
        ] as const) {
          expect(await titles(query(userId, of))).toEqual(found);
        }
        const latest = { tenantId: TENANT, userId, now: last };
        expect((await journal.latestSession(latest))?.uid).toBe(uid);
      });

      it("page by offset and by key, with all figures on every page", async () => {
        const userId = randomUUID();
        // Two and two of the same moment: the uid decides between them.
        const heads = [];
        for (const n of numbers(1, 7))
          heads.push(await newSession(journal, { userId }, day(n >> 1)));
        const all = await journal.listSessions(query(userId));
        expect(all.heads).toHaveLength(7);
        for (const order of ["asc", "desc"] as const) {
          const uids = (await journal.listSessions(query(userId, { order }))).heads.map(
            (h) => h.uid,
          );
          expect(uids).toEqual(
            (order === "desc" ? all.heads : all.heads.toReversed()).map((h) => h.uid),
          );
          const seen: string[] = [];
          let after: SessionQuery["after"];
          for (let more = true; more; ) {
            const page = await journal.listSessions(
              query(userId, { order, limit: 3, ...(after && { after }) }),
            );
            seen.push(...page.heads.map((h) => h.uid));
            expect(page.total).toBe(7);
            more = page.hasMore;
            const last = page.heads.at(-1)!;
            after = { createdAt: timestampDate(last.session!.createdAt!), uid: last.uid };
          }
          expect(seen).toEqual(uids);
          const page = await journal.listSessions(query(userId, { order, limit: 3, offset: 5 }));
          expect([page.heads.map((h) => h.uid), page.hasMore]).toEqual([uids.slice(5), false]);
        }
      });

      it("skip and repeat nothing by key while sessions are created", async () => {
        const userId = randomUUID();
        const before = new Set<string>();
        for (const n of numbers(1, 9))
          before.add((await newSession(journal, { userId }, day(n))).uid);
        const seen: string[] = [];
        let after: SessionQuery["after"];
        for (let more = true; more; ) {
          const page = await journal.listSessions(
            query(userId, { limit: 2, ...(after && { after }) }),
          );
          seen.push(...page.heads.map((h) => h.uid));
          more = page.hasMore;
          const last = page.heads.at(-1)!;
          after = { createdAt: timestampDate(last.session!.createdAt!), uid: last.uid };
          await newSession(journal, { userId }, day(20));
        }
        expect(seen).toHaveLength(9);
        expect(new Set(seen)).toEqual(before);
      });

      it("know which session changed last", async () => {
        const userId = randomUUID();
        const first = await newSession(journal, { userId, agentId: "x" });
        await new Promise((passed) => setTimeout(passed, 5));
        const second = await newSession(journal, { userId });
        const latest = async (of = {}) =>
          (await journal.latestSession({ tenantId: TENANT, userId, now, ...of }))?.uid;
        expect(await latest()).toBe(second.uid);
        await new Promise((passed) => setTimeout(passed, 5));
        await journal.changeSession(append(first, "x"));
        expect(await latest()).toBe(first.uid);
        await new Promise((passed) => setTimeout(passed, 5));
        await journal.changeSession(append(second, "x"));
        expect(await latest()).toBe(second.uid);
        expect(await latest({ agentId: "x" })).toBe(first.uid);
        expect(await latest({ agentId: "y" })).toBeUndefined();
        await deleted(journal, second);
        expect(await latest()).toBe(first.uid);
        expect(await latest({ userId: randomUUID() })).toBeUndefined();
      });
    });

    describe("when a reply is lost", () => {
      beforeEach(isBack);

      forkFaultsContract(
        () => journal,
        (kind) => store.fault(FORK, kind),
      );
      accountFaultsContract(
        () => journal,
        (statement, kind) => store.fault(statement, kind),
      );

      keyFaultsContract(
        () => journal,
        (statement, kind) => store.fault(statement, kind),
      );

      for (const fault of ["lose-reply", "lose-request", "stall"] as const) {
        it(`has each append once after ${fault}, and acknowledges it`, async () => {
          const head = await newSession(journal);
          const sprung = store.fault(CHANGE, fault);
          const texts = numbers(1, 20).map((n) => `${fault} ${n}`);
          const outcomes = await Promise.all(
            texts.map((text) => journal.changeSession(append(head, text))),
          );
          await sprung;
          for (const { kind } of outcomes) expect(["committed", "repeated"]).toContain(kind);
          const log = await wholeLog(journal, head.uid);
          expect(log.map(({ seq }) => seq)).toEqual(numbers(1, 21));
          expect(contents(log)).toEqual(texts);
        });

        it(`has each session once after ${fault}, and acknowledges it`, async () => {
          const userId = randomUUID();
          const heads = numbers(1, 5).map(() => newHead({ userId }));
          const sprung = store.fault(CREATE, fault);
          const outcomes = await Promise.all(
            heads.map((head) => journal.createSession(creation(head))),
          );
          await sprung;
          for (const { kind } of outcomes) expect(["committed", "repeated"]).toContain(kind);
          for (const head of heads) {
            expect((await journal.readHead(addressOf(head)))?.uid).toBe(head.uid);
            expect(await wholeLog(journal, head.uid)).toHaveLength(1);
          }
        });

        it(`answers reads after ${fault}`, async () => {
          const head = await newSession(journal);
          const sprung = store.fault("read_heads", fault);
          await expect(journal.readHead(addressOf(head))).rejects.toMatchObject({
            reason: "unavailable",
          });
          await sprung;
          await isBack();
          expect(await journal.readHead(addressOf(head))).toEqual(head);
        });
      }

      it("says that it is not known whether a write was made, and never that it was not", async () => {
        const head = await newSession(journal);
        const op = operation();
        const sprung = store.fault(CHANGE, "stall");
        const write = journal.changeSession(append(head, "sent", op));
        await sprung;
        const queued = journal.changeSession(append(head, "queued"));
        store.goAway();
        expect(await Promise.allSettled([write, queued])).toMatchObject([
          { reason: { reason: "outcome_unknown", retryAfterMs: undefined } },
          { reason: { reason: "unavailable", retryAfterMs: 1000 } },
        ]);
        store.comeBack();
        await isBack();
        const again = await journal.changeSession(append(head, "sent", op));
        expect(["committed", "repeated"]).toContain(again.kind);
        const texts = contents(await wholeLog(journal, head.uid));
        expect(texts.filter((text) => text === "sent")).toEqual(["sent"]);
        expect(texts).not.toContain("queued");
      });
    });

    describe("while the store is away", () => {
      it("refuses everything as unavailable in bounded time, and recovers", async () => {
        const head = await newSession(journal);
        store.goAway();
        const started = performance.now();
        const refused = await Promise.allSettled([
          journal.changeSession(append(head, "lost")),
          journal.createSession(creation(newHead())),
          journal.readHead(addressOf(head)),
          journal.readVersions([head.uid]),
          journal.readEvents({ uid: head.uid, afterSeq: 0, upToSeq: 9, limit: 9 }),
          journal.findReceipt(operation()),
          journal.ping(),
        ]);
        expect(performance.now() - started).toBeLessThan(8000);
        for (const [index, outcome] of refused.entries()) {
          expect(outcome.status).toBe("rejected");
          const { reason } = outcome as PromiseRejectedResult;
          expect(reason).toBeInstanceOf(ParleyError);
          // A write may have been sent on a connection that only seemed to be open.
          const mayBeSent = index < 2;
          const reasons = mayBeSent ? ["unavailable", "outcome_unknown"] : ["unavailable"];
          expect(reasons).toContain(reason.reason);
          expect(reason.message).not.toMatch(/ECONN|connect|postgres|terminat/i);
        }
        const again = performance.now();
        await expect(journal.readHead(addressOf(head))).rejects.toThrow();
        // Whoever comes later does not wait for what is known already.
        expect(performance.now() - again).toBeLessThan(300);
        store.comeBack();
        await isBack();
        expect((await journal.changeSession(append(head, "found"))).kind).toBe("committed");
        expect(contents(await wholeLog(journal, head.uid))).toEqual(["found"]);
      });
    });

    describe("closing and opening again", () => {
      it("settles what was accepted, refuses what comes later, and keeps it all", async () => {
        const head = await newSession(journal);
        const writes = numbers(1, 50).map((n) => journal.changeSession(append(head, `${n}`)));
        const closed = journal.close();
        await expect(journal.ping()).rejects.toMatchObject({ reason: "unavailable" });
        await expect(journal.changeSession(append(head, "late"))).rejects.toMatchObject({
          reason: "unavailable",
        });
        for (const outcome of await Promise.all(writes)) expect(outcome.kind).toBe("committed");
        await closed;
        journal = await store.open();
        expect(contents(await wholeLog(journal, head.uid))).toEqual(numbers(1, 50).map(String));
      });

      it("forgets operations after 24 hours, and lets their keys be used again", async () => {
        await journal.close();
        const start = Date.now();
        let time = start;
        journal = await store.open(() => new Date(time));
        const head = await newSession(journal);
        const op = operation();
        await journal.changeSession(append(head, "first", op));
        time = start + 24 * HOUR - 1;
        expect((await journal.changeSession(append(head, "first", op))).kind).toBe("repeated");
        time = start + 25 * HOUR;
        // Old ones count as absent even before they are cleared away.
        expect(await journal.findReceipt(op)).toBeUndefined();
        expect((await journal.changeSession(append(head, "second", op))).kind).toBe("committed");
        expect(contents(await wholeLog(journal, head.uid))).toEqual(["first", "second"]);
        const expired = await journal.expireOperations(new Date(time), 1);
        expect(expired).toBe(1);
        while ((await journal.expireOperations(new Date(time), 1000)) > 0);
        expect((await journal.findReceipt(op))?.firstSeq).toBe(3);
        await journal.close();
        journal = await store.open();
      });
    });
  });
}

async function sessionWith(journal: Journal, texts: readonly string[]) {
  const head = await newSession(journal);
  for (const text of texts) committed(await journal.changeSession(append(head, text)));
  return head;
}
