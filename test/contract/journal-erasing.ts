import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ErasureStatus } from "../../gen/parley/v1/erasure_service_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { pseudonymOf } from "../../src/domain/pseudonym.ts";
import { PACK_DELAY_MS } from "../../src/journal/archive/port.ts";
import type { AccountOwner, Journal, NewErasure, UnderErasure } from "../../src/journal/port.ts";
import { checkedAccount, depositOf, newOwner, wholeLedger } from "./journal-accounts.ts";
import { newKey } from "./journal-keys.ts";
import { run, NOW as WORK_TIME } from "./journal-work.ts";
import {
  addressOf,
  append,
  committed,
  creation,
  deleted,
  event,
  newHead,
  newSession,
  numbers,
  operation,
  restate,
  restated,
  type SessionFields,
  wholeLog,
} from "./journal-writes.ts";

const NOW = new Date("2031-01-01T00:00:00.000Z");
const at = (ms: number) => new Date(NOW.getTime() + ms);
const MOST = 100_000;

/** What every journal does with what is to leave nothing behind. */
export function erasingContract(journalOf: () => Journal): void {
  describe("purging", () => purgingContract(journalOf));
  describe("erasing users", () => usersContract(journalOf));
}

async function archived(journal: Journal, head: Head, since = NOW): Promise<Head> {
  const state = restated(head, { archivedAt: timestampFromDate(since) });
  return committed(await journal.changeSession({ ...restate(head, state), movesGate: true })).head;
}

/** A deleted session with messages, some of them indexed. */
async function full(journal: Journal, fields: SessionFields = {}, op = operation()) {
  const made = committed(await journal.createSession(creation(newHead(fields), op))).head;
  for (const text of ["one", "two"]) {
    committed(await journal.changeSession(append(made, text, operation())));
  }
  const { tenantId, userId } = made.session!;
  const add = [{ seq: 2, writtenAt: NOW, role: Role.USER, text: "one" }];
  const owner = { tenantId, userId };
  const reach = { from: 0, to: 3, now: NOW, remove: [], removeUpTo: 0 };
  await journal.indexEvents({ uid: made.uid, owner, add, ...reach });
  return deleted(journal, made);
}

function purgingContract(journalOf: () => Journal): void {
  const erasing = () => journalOf().erasing;

  async function purgeOf(uid: string, now: Date) {
    return (await erasing().takePurges(now, MOST)).find((purge) => purge.uid === uid);
  }

  it("makes a deleted session unknown at once, and its id free for anybody", async () => {
    const journal = journalOf();
    const gone = await full(journal);
    const { sessionId } = gone.session!;
    expect(await erasing().purgeDeleted(addressOf(gone), NOW, NOW)).toEqual([gone.uid]);
    expect(await journal.readHead(addressOf(gone))).toBeUndefined();
    expect(await journal.readDeletedHead(addressOf(gone))).toBeUndefined();
    expect(await journal.readVersions([gone.uid])).toEqual(new Map());
    const other = { sessionId, userId: randomUUID() };
    committed(await journal.createSession(creation(newHead(other))));
    expect(await erasing().purgeDeleted(addressOf(gone), NOW, NOW)).toEqual([]);
  });

  it("takes all of an id that are deleted, none that lives, and nobody else's", async () => {
    const journal = journalOf();
    const first = await full(journal);
    const { sessionId } = first.session!;
    const second = await deleted(journal, await newSession(journal, { sessionId }));
    const living = await newSession(journal, { sessionId });
    for (const of of [{ userId: "user-2" }, { tenantId: "tenant-2" }, { id: `${sessionId}\0` }]) {
      expect(await erasing().purgeDeleted({ ...addressOf(living), ...of }, NOW, NOW)).toEqual([]);
    }
    const purged = await erasing().purgeDeleted(addressOf(living), NOW, NOW);
    expect(purged.toSorted()).toEqual([first.uid, second.uid].toSorted());
    expect((await journal.readHead(addressOf(living)))?.uid).toBe(living.uid);
    const late = await deleted(journal, living, at(1));
    expect(await erasing().purgeDeleted(addressOf(late), NOW, NOW)).toEqual([]);
    expect(await erasing().purgeDeleted(addressOf(late), at(1), NOW)).toEqual([late.uid]);
  });

  it("removes all that hangs on it, and nothing of others", async () => {
    const journal = journalOf();
    const owner = newOwner();
    const op = operation(randomUUID(), owner);
    const gone = await full(journal, owner, op);
    const other = await full(journal, owner);
    await erasing().purgeDeleted(addressOf(gone), NOW, NOW);
    expect((await journal.findReceipt(op))?.head).toBeDefined();
    await erasing().removePurged(other.uid);
    await erasing().removePurged(gone.uid);
    expect(await wholeLog(journal, gone.uid)).toEqual([]);
    expect(await journal.readPastState(gone.uid, 2)).toEqual({ base: undefined, events: [] });
    expect(await journal.findReceipt(op)).toMatchObject({ uid: gone.uid, head: undefined });
    expect(await wholeLog(journal, other.uid)).toHaveLength(4);
    expect((await journal.readDeletedHead(addressOf(other)))?.uid).toBe(other.uid);
  });

  it("removes packed logs and tasks, and lets nothing be put back", async () => {
    const journal = journalOf();
    const head = committed(await journal.createSession(run(newOwner(), {}))).head;
    const rested = await archived(journal, head);
    await journal.packLog(rested.uid, at(PACK_DELAY_MS));
    await erasing().purgeSessions({ uids: [rested.uid], whatever: true }, NOW);
    await erasing().removePurged(rested.uid);
    const range = { uid: rested.uid, afterSeq: 0, upToSeq: 100, limit: 100 };
    expect(await journal.readArchivedEvents(range)).toEqual([]);
    expect(await journal.findTask(head.tasks[0]!.task!.taskId)).toBeUndefined();
    const { tenantId, userId } = rested.session!;
    const add = [{ seq: 2, writtenAt: NOW, role: Role.USER, text: "late" }];
    const reach = { from: 0, to: 3, now: NOW, remove: [], removeUpTo: 0 };
    await journal.indexEvents({ uid: rested.uid, owner: { tenantId, userId }, add, ...reach });
    await journal.packLog(rested.uid, at(PACK_DELAY_MS));
    await journal.unpackLog(rested.uid, NOW);
    expect(await journal.readArchivedEvents(range)).toEqual([]);
  });

  it("refuses what was decided on the session before", async () => {
    const journal = journalOf();
    const gone = await full(journal);
    await erasing().purgeDeleted(addressOf(gone), NOW, NOW);
    const late = await journal.changeSession(append(gone, "late"));
    expect(late).toEqual({ kind: "moved", head: undefined });
    const from = { uid: gone.uid, seq: 1 };
    const fork = { operation: operation(), from, head: newHead(), event: event() };
    expect(await journal.forkSession(fork)).toEqual({ kind: "gone" });
  });

  it("takes those that were deleted long enough ago, the longest ago first", async () => {
    const journal = journalOf();
    const long = new Date("2001-01-01T00:00:00.000Z");
    const [one, other, later] = await Promise.all(
      [0, 1, 2].map(async (ms) =>
        deleted(journal, await newSession(journal), new Date(long.getTime() + ms)),
      ),
    );
    const until = new Date(long.getTime() + 1);
    expect(await erasing().purgeForgotten(until, NOW, 1)).toBe(1);
    expect(await journal.readDeletedHead(addressOf(one!))).toBeUndefined();
    expect(await journal.readDeletedHead(addressOf(other!))).toBeDefined();
    expect(await erasing().purgeForgotten(until, NOW, 10)).toBe(1);
    expect(await journal.readDeletedHead(addressOf(other!))).toBeUndefined();
    expect(await journal.readDeletedHead(addressOf(later!))).toBeDefined();
  });

  it("takes those that were archived long enough ago, by tenant and type", async () => {
    const journal = journalOf();
    const tenantId = `t-${randomUUID()}`;
    const { RESEARCH: sessionType, UNSPECIFIED: conversation } = SessionType;
    const of = { tenantId, sessionType };
    const old = await archived(journal, await newSession(journal, of), at(-10));
    const young = await archived(journal, await newSession(journal, of), at(-9));
    const gone = await deleted(
      journal,
      await archived(journal, await newSession(journal, of), at(-20)),
    );
    const talk = await archived(journal, await newSession(journal, { tenantId }), at(-20));
    const living = await newSession(journal, of);
    expect(await erasing().purgeArchived({ ...of, until: at(-10) }, NOW, 10)).toBe(1);
    expect(await journal.readHead(addressOf(old))).toBeUndefined();
    for (const kept of [young, talk, living]) {
      expect((await journal.readHead(addressOf(kept)))?.uid).toBe(kept.uid);
    }
    expect(await journal.readDeletedHead(addressOf(gone))).toBeDefined();
    const there = { tenantId, sessionType: conversation };
    expect(await erasing().archivePlaces(there, 1)).toEqual([of]);
    const places = await erasing().archivePlaces(undefined, MOST);
    expect(places.filter((place) => place.tenantId === tenantId)).toEqual([there, of]);
    const paged = await erasing().archivePlaces(places.at(-2), MOST);
    expect(paged).toEqual(places.slice(-1));
  });

  it("gives each purge to one who asks, until that one is late or done", async () => {
    const journal = journalOf();
    const gone = await full(journal);
    const { tenantId, userId, sessionId } = gone.session!;
    await erasing().purgeDeleted(addressOf(gone), NOW, NOW);
    const purge = { uid: gone.uid, tenantId, userId, sessionId, begunAt: NOW, swept: false };
    expect(await purgeOf(gone.uid, at(-1))).toBeUndefined();
    expect(await purgeOf(gone.uid, NOW)).toEqual(purge);
    expect(await purgeOf(gone.uid, at(9_999))).toBeUndefined();
    expect(await purgeOf(gone.uid, at(10_000))).toEqual(purge);
    await erasing().sweepAgain(gone.uid, at(30_000));
    expect(await purgeOf(gone.uid, at(29_999))).toBeUndefined();
    expect(await purgeOf(gone.uid, at(30_000))).toEqual({ ...purge, swept: true });
    await erasing().endPurge(gone.uid);
    await erasing().endPurge(gone.uid);
    expect(await purgeOf(gone.uid, at(90_000))).toBeUndefined();
  });
}

function usersContract(journalOf: () => Journal): void {
  const erasing = () => journalOf().erasing;

  function wanted(owner: AccountOwner, op = operation()): NewErasure {
    const pseudonym = pseudonymOf(randomUUID());
    const operationOfAdmin = { ...op, userId: "admin" };
    const erasureId = randomUUID();
    return { ...owner, erasureId, pseudonym, requestedAt: NOW, operation: operationOfAdmin };
  }

  async function begun(owner: AccountOwner): Promise<UnderErasure> {
    const { erasureId } = (await erasing().requestErasure(wanted(owner))).erasure;
    const taken = await erasing().takeErasures(at(100_000), MOST);
    return taken.find((erasure) => erasure.erasureId === erasureId)!;
  }

  it("remembers what is asked for once, and one of a user at a time", async () => {
    const owner = newOwner();
    const first = wanted(owner);
    const { erasure } = await erasing().requestErasure(first);
    expect(erasure).toMatchObject({
      erasureId: first.erasureId,
      status: ErasureStatus.PENDING,
      pseudonym: first.pseudonym,
      removed: {},
    });
    const again = await erasing().requestErasure({ ...wanted(owner), operation: first.operation });
    expect(again).toEqual({ erasure, conflicts: false });
    const another = await erasing().requestErasure(wanted(owner));
    expect(another).toEqual({ erasure, conflicts: false });
    const requestHash = new Uint8Array(32);
    const reused = { ...first.operation, requestHash };
    const conflict = await erasing().requestErasure({ ...wanted(newOwner()), operation: reused });
    expect(conflict).toEqual({ erasure, conflicts: true });
    const { tenantId } = owner;
    const { erasureId } = erasure;
    expect(await erasing().readErasure({ tenantId, erasureId })).toEqual(erasure);
    for (const no of [{ tenantId: "tenant-2" }, { erasureId: "x" }, { erasureId: randomUUID() }]) {
      expect(await erasing().readErasure({ tenantId, erasureId, ...no })).toBeUndefined();
    }
  });

  it("gives each erasure to one who asks, until that one is late", async () => {
    const owner = newOwner();
    const { erasureId, pseudonym } = (await erasing().requestErasure(wanted(owner))).erasure;
    const taken = async (now: Date) =>
      (await erasing().takeErasures(now, MOST)).find((one) => one.erasureId === erasureId);
    expect(await taken(NOW)).toEqual({ ...owner, erasureId, pseudonym });
    expect(await taken(at(9_999))).toBeUndefined();
    expect(await taken(at(10_000))).toBeDefined();
    await erasing().continueErasure(erasureId, at(10_001));
    expect(await taken(at(10_001))).toBeDefined();
  });

  it("finds all sessions of a user, in whatever state", async () => {
    const journal = journalOf();
    const owner = newOwner();
    const living = await newSession(journal, owner);
    const rested = await archived(journal, await newSession(journal, owner));
    const gone = await deleted(journal, await newSession(journal, owner));
    await newSession(journal, { ...owner, tenantId: "tenant-2" });
    const found = await erasing().sessionsOf(owner, 10);
    const expected = [
      [living, false],
      [rested, false],
      [gone, true],
    ] as const;
    const shown = expected.map(([{ uid, session }, isDeleted]) => ({
      uid,
      sessionId: session!.sessionId,
      deleted: isDeleted,
    }));
    const byUid = (one: { uid: string }, other: { uid: string }) => (one.uid < other.uid ? -1 : 1);
    expect(found.toSorted(byUid)).toEqual(shown.toSorted(byUid));
    expect(await erasing().sessionsOf(owner, 2)).toHaveLength(2);
  });

  it("removes keys, and the name from those that were made for others", async () => {
    const journal = journalOf();
    const owner = newOwner();
    const own = newKey({ ...owner, createdBy: "admin" });
    const others = newKey({ tenantId: owner.tenantId, createdBy: owner.userId });
    await Promise.all([own, others].map((key) => journal.createKey(key)));
    const erasure = await begun(owner);
    await erasing().eraseCredentials(erasure);
    await erasing().eraseAccount(erasure);
    expect(await journal.findKeys(own.key.prefix)).toEqual([]);
    const { tenantId, keyId } = others.key;
    const kept = await journal.readKey({ tenantId, keyId });
    expect(kept).toEqual({ ...others.key, createdBy: erasure.pseudonym });
    const { removed } = (await erasing().readErasure(erasure))!;
    expect(removed).toEqual({ api_keys: 1, api_keys_of_others: 1 });
  });

  it("gives account and ledger the pseudonym, balanced, however often", async () => {
    const journal = journalOf();
    const owner = newOwner();
    for (const dollars of numbers(1, 3)) {
      await journal.deposit({ ...depositOf(owner, dollars), note: "for Ann" });
    }
    const erasure = await begun(owner);
    await erasing().eraseAccount(erasure);
    await journal.deposit(depositOf(owner, 4)); // came back, or was not gone yet
    await erasing().eraseAccount(erasure);
    expect(await checkedAccount(journal, owner)).toMatchObject({ available: 0 });
    const alias = { ...owner, userId: erasure.pseudonym };
    expect(await checkedAccount(journal, alias)).toMatchObject({ available: 10 });
    const ledger = await wholeLedger(journal, alias);
    expect(ledger.map(({ note }) => note)).toEqual([undefined, undefined, undefined, undefined]);
    const { removed } = (await erasing().readErasure(erasure))!;
    expect(removed).toEqual({ ledger_entries: 4 });
  });

  it("is completed when the last purge has ended, and then does not say of whom", async () => {
    const journal = journalOf();
    const owner = newOwner();
    await journal.deposit(depositOf(owner, 1));
    const head = committed(await journal.createSession(run(owner, { held: 1 }))).head;
    const erasure = await begun(owner);
    const { erasureId } = erasure;
    await erasing().purgeSessions({ uids: [head.uid], whatever: false, erasureId }, WORK_TIME);
    expect(await erasing().sessionsOf(owner, 10)).toHaveLength(1);
    await erasing().purgeSessions({ uids: [head.uid], whatever: true, erasureId }, WORK_TIME);
    await erasing().eraseAccount(erasure);
    expect(await erasing().completeErasure(erasureId, at(1000))).toBe(false);
    for (const _ of numbers(1, 2)) await erasing().removePurged(head.uid);
    expect((await erasing().readErasure(erasure))?.status).toBe(ErasureStatus.RUNNING);
    await erasing().endPurge(head.uid);
    expect(await erasing().completeErasure(erasureId, at(1000))).toBe(true);
    expect(await erasing().completeErasure(erasureId, at(2000))).toBe(false);
    const done = await erasing().readErasure(erasure);
    expect(done).toMatchObject({
      status: ErasureStatus.COMPLETED,
      completedAt: timestampFromDate(at(1000)),
      removed: { sessions: 1, events: 2, tasks: 1, receipts: 1 },
    });
    const next = await erasing().requestErasure(wanted(owner));
    expect(next.erasure.erasureId).not.toBe(erasureId);
  });
}
