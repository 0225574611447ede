import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { MAX_SEQ } from "../../src/domain/event.ts";
import { PACK_DELAY_MS } from "../../src/journal/archive/port.ts";
import type { Journal } from "../../src/journal/port.ts";
import {
  append,
  committed,
  deleted,
  message,
  newSession,
  numbers,
  operation,
  restate,
  restated,
  wholeLog,
} from "./journal-writes.ts";

const NOW = new Date("2030-01-01T00:00:00.000Z");
const LATER = new Date(NOW.getTime() + PACK_DELAY_MS);

function earlier(ms: number): Date {
  return new Date(NOW.getTime() - ms);
}

async function expiring(journal: Journal, at: Date, fields: { userId?: string } = {}) {
  return newSession(journal, { expiresAt: timestampFromDate(at), ...fields });
}

async function archived(journal: Journal, head: Head, at = NOW): Promise<Head> {
  const state = restated(head, { archivedAt: timestampFromDate(at) });
  return committed(await journal.changeSession({ ...restate(head, state), movesGate: true })).head;
}

/** A session with so many messages, archived at `NOW`. */
async function archivedLog(journal: Journal, messages: number): Promise<Head> {
  const head = await newSession(journal);
  for (let n = 0; n < messages; n += 100) {
    const events = numbers(n + 1, Math.min(n + 100, messages)).map((i) => message(`text ${i}`));
    const change = { ...append(head, ""), operation: operation(), events };
    committed(await journal.changeSession(change));
  }
  return archived(journal, head);
}

/** What every journal does with sessions whose time is over. */
export function archiveContract(journalOf: () => Journal): void {
  describe("sessions whose time is over", () => {
    it("gives those that are due, the longest past first, and no others", async () => {
      const journal = journalOf();
      const [second, first, future] = [
        await expiring(journal, earlier(1000)),
        await expiring(journal, earlier(2000)),
        await expiring(journal, new Date(NOW.getTime() + 1)),
      ];
      const gone = await deleted(journal, await expiring(journal, earlier(3000)));
      const rested = await archived(journal, await expiring(journal, earlier(3000)));
      const ours = new Set([second, first, future, gone, rested].map(({ uid }) => uid));
      const due = await journal.dueSessions(NOW, 1000);
      const uids = due.map(({ uid }) => uid).filter((uid) => ours.has(uid));
      expect(uids).toEqual([first.uid, second.uid]);
      expect(await journal.dueSessions(NOW, 1)).toHaveLength(1);
    });

    it("lists an owner's archived sessions page by page, the last archived first", async () => {
      const journal = journalOf();
      const userId = randomUUID();
      const made: string[] = [];
      for (const n of numbers(1, 5)) {
        const head = await expiring(journal, earlier(10_000), { userId });
        // Two at one time: their order must hold across pages.
        made.unshift((await archived(journal, head, earlier(Math.floor(10 - n / 2) * 1000))).uid);
      }
      await expiring(journal, earlier(1), { userId });
      const owner = { tenantId: "tenant-1", userId };
      const whole = await journal.listArchived({ ...owner, limit: 10 });
      expect(whole.heads.map(({ uid }) => uid).toSorted()).toEqual(made.toSorted());
      expect(whole.hasMore).toBe(false);
      const paged: string[] = [];
      for (let more = true; more; ) {
        const last = whole.heads.find(({ uid }) => uid === paged.at(-1));
        const at = last?.session?.archivedAt;
        const after = at && { archivedAt: new Date(Number(at.seconds) * 1000), uid: last.uid };
        const page = await journal.listArchived({ ...owner, limit: 2, ...(after && { after }) });
        paged.push(...page.heads.map(({ uid }) => uid));
        more = page.hasMore;
      }
      expect(paged).toEqual(whole.heads.map(({ uid }) => uid));
      const others = await journal.listArchived({ ...owner, userId: "user-2", limit: 10 });
      expect(others.heads.filter(({ uid }) => made.includes(uid))).toEqual([]);
    });

    it("packs a log a day later, reads it the same, and puts it back", async () => {
      const journal = journalOf();
      const head = await archivedLog(journal, 2500);
      const log = await wholeLog(journal, head.uid);
      expect(log).toHaveLength(2502);
      const read = (afterSeq: number, limit: number) =>
        journal.readArchivedEvents({ uid: head.uid, afterSeq, upToSeq: MAX_SEQ, limit });
      expect(await journal.packableSessions(NOW, 1000)).not.toContain(head.uid);
      await journal.packLog(head.uid, NOW);
      expect(await wholeLog(journal, head.uid)).toEqual(log);
      expect(await journal.packableSessions(LATER, 1000)).toContain(head.uid);
      await journal.packLog(head.uid, LATER);
      expect(await journal.packableSessions(LATER, 1000)).not.toContain(head.uid);
      expect(await wholeLog(journal, head.uid)).toEqual([]);
      expect(await read(0, 1000)).toEqual(log.slice(0, 1000));
      expect(await read(950, 100)).toEqual(log.slice(950, 1050));
      expect(await read(2500, 100)).toEqual(log.slice(2500));
      expect(await read(2502, 100)).toEqual([]);
      await journal.unpackLog(head.uid, LATER);
      expect(await wholeLog(journal, head.uid)).toEqual(log);
      expect(await read(0, 1000)).toEqual(log.slice(0, 1000));
      // What was put back stays for a day, so that it can be taken back in peace.
      await journal.packLog(head.uid, LATER);
      expect(await wholeLog(journal, head.uid)).toEqual(log);
    });

    it("loses no event when a log is packed and put back at once", async () => {
      const journal = journalOf();
      const head = await archivedLog(journal, 300);
      const log = await wholeLog(journal, head.uid);
      for (const _ of numbers(1, 10)) {
        await Promise.all([
          journal.packLog(head.uid, LATER),
          journal.packLog(head.uid, LATER),
          journal.unpackLog(head.uid, NOW),
        ]);
        const range = { uid: head.uid, afterSeq: 0, upToSeq: MAX_SEQ, limit: 1000 };
        expect(await journal.readArchivedEvents(range)).toEqual(log);
        await journal.unpackLog(head.uid, new Date(NOW.getTime() - PACK_DELAY_MS));
        expect(await wholeLog(journal, head.uid)).toEqual(log);
      }
    });
  });
}
