import { createHash, randomUUID } from "node:crypto";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { beforeEach, describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type LedgerEntry, LedgerEntryKind } from "../../gen/parley/v1/account_service_pb.js";
import { toMicros } from "../../src/domain/money.ts";
import type { AccountOwner, CreationOutcome, Deposit, Journal } from "../../src/journal/port.ts";
import type { Fault } from "../support/tcp-proxy.ts";
import {
  cancelled,
  change,
  claimed,
  completed,
  firstTask,
  happened,
  NOW,
  run,
  used,
} from "./journal-work.ts";
import {
  addressOf,
  committed,
  creation,
  newHead,
  newSession,
  numbers,
  operation,
  wholeLog,
} from "./journal-writes.ts";

const DOLLAR = 1_000_000n;

/** Somebody who had no account so far. */
export function newOwner(): AccountOwner {
  return { tenantId: "tenant-1", userId: randomUUID() };
}

export function depositOf(owner: AccountOwner, dollars: number, key = randomUUID()): Deposit {
  const requestHash = createHash("sha256").update(`${key} ${dollars}`).digest();
  const micros = toMicros(dollars);
  const named = operation(key, { requestHash });
  return { ...owner, entryId: randomUUID(), at: NOW, micros, note: undefined, operation: named };
}

/** How often each outcome is among them. */
export function tallied(outcomes: readonly CreationOutcome[]): Record<string, number> {
  const tally: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = outcome.kind === "refused" ? `no ${outcome.for}` : outcome.kind;
    tally[name] = (tally[name] ?? 0) + 1;
  }
  return tally;
}

/** All entries, the first one first. */
export async function wholeLedger(journal: Journal, owner: AccountOwner): Promise<LedgerEntry[]> {
  const { entries, total } = await journal.listLedger({ ...owner, limit: 10_000, offset: 0 });
  expect(entries).toHaveLength(total);
  return entries.toReversed();
}

/** What an account holds, which must be what its ledger adds up to. */
export async function checkedAccount(journal: Journal, owner: AccountOwner) {
  const sums = { deposits: 0n, available: 0n, held: 0n, spent: 0n };
  for (const { debit, credit, amount } of await wholeLedger(journal, owner)) {
    sums[debit as keyof typeof sums] -= toMicros(amount);
    sums[credit as keyof typeof sums] += toMicros(amount);
  }
  const account = await journal.readAccount(owner);
  expect({ available: account.availableMicros, held: account.heldMicros }).toEqual({
    available: sums.available,
    held: sums.held,
  });
  const dollars = (micros: bigint) => Number(micros) / Number(DOLLAR);
  return {
    available: dollars(account.availableMicros),
    held: dollars(account.heldMicros),
    spent: dollars(sums.spent),
    runs: account.openRuns,
  };
}

const KINDS = {
  deposit: LedgerEntryKind.DEPOSIT,
  hold: LedgerEntryKind.HOLD,
  settlement: LedgerEntryKind.SETTLEMENT,
  overrun: LedgerEntryKind.OVERRUN,
  refund: LedgerEntryKind.REFUND,
};

/** What every journal does with money. */
export function accountContract(journalOf: () => Journal): void {
  const opened = async (owner: AccountOwner, of: { held?: number; maxOpenRuns?: number }) =>
    committed(await journalOf().createSession(run(owner, of))).head;

  async function funded(dollars: number): Promise<AccountOwner> {
    const owner = newOwner();
    await journalOf().deposit(depositOf(owner, dollars));
    return owner;
  }

  describe("accounts", () => {
    it("are empty until something is deposited, which is written down", async () => {
      const journal = journalOf();
      const owner = newOwner();
      expect(await checkedAccount(journal, owner)).toEqual({
        available: 0,
        held: 0,
        spent: 0,
        runs: 0,
      });
      const deposit = { ...depositOf(owner, 12.345678), note: "a\0 note" };
      const { entry, first } = await journal.deposit(deposit);
      expect(first).toBe(true);
      const { $typeName: _, timestamp, ...said } = entry;
      expect(said).toEqual({
        entryId: deposit.entryId,
        kind: KINDS.deposit,
        amount: 12.345678,
        note: "a note",
        debit: "deposits",
        credit: "available",
      });
      expect(timestampDate(timestamp!)).toEqual(NOW);
      expect(await wholeLedger(journal, owner)).toEqual([entry]);
      expect(await checkedAccount(journal, owner)).toMatchObject({ available: 12.345678 });
      for (const other of [{ userId: owner.userId, tenantId: "tenant-2" }, newOwner()]) {
        expect(await journal.readAccount(other)).toMatchObject({ availableMicros: 0n });
        expect(await wholeLedger(journal, other)).toEqual([]);
      }
    });

    it("are deposited on once for each operation, however often and at once it comes", async () => {
      const journal = journalOf();
      const owner = newOwner();
      const key = randomUUID();
      const outcomes = await Promise.all(
        numbers(1, 10).map(() => journal.deposit(depositOf(owner, 5, key))),
      );
      expect(outcomes.filter(({ first }) => first)).toHaveLength(1);
      const { entry, requestHash } = outcomes.find(({ first }) => first)!;
      for (const outcome of outcomes) expect(outcome.entry).toEqual(entry);
      const other = depositOf(newOwner(), 7, key);
      const again = await journal.deposit(other);
      expect(again).toMatchObject({ entry, first: false });
      expect(Buffer.compare(again.requestHash, requestHash)).toBe(0);
      expect(Buffer.compare(again.requestHash, other.operation.requestHash)).not.toBe(0);
      expect(await journal.readAccount(other)).toMatchObject({ availableMicros: 0n });
      await journal.deposit(depositOf(owner, 2));
      expect(await checkedAccount(journal, owner)).toMatchObject({ available: 7 });
    });

    it("list their ledger page by page, the newest first", async () => {
      const journal = journalOf();
      const owner = newOwner();
      for (const n of numbers(1, 5)) {
        await journal.deposit({ ...depositOf(owner, n), at: new Date(NOW.getTime() + n) });
      }
      const page = async (limit: number, offset: number) => {
        const { entries, total } = await journal.listLedger({ ...owner, limit, offset });
        return [total, ...entries.map(({ amount }) => amount)];
      };
      expect(await page(2, 0)).toEqual([5, 5, 4]);
      expect(await page(2, 3)).toEqual([5, 2, 1]);
      expect(await page(2, 5)).toEqual([5]);
      expect(await page(0, 0)).toEqual([5]);
    });
  });

  describe("claims on an account", () => {
    it("are carried as far as the money goes, and are written down", async () => {
      const journal = journalOf();
      const owner = await funded(7);
      const runs = numbers(1, 20).map(() => run(owner, { held: 1 }));
      const outcomes = await Promise.all(runs.map((made) => journal.createSession(made)));
      expect(tallied(outcomes)).toEqual({ committed: 7, "no balance": 13 });
      expect(await checkedAccount(journal, owner)).toEqual({
        available: 0,
        held: 7,
        spent: 0,
        runs: 7,
      });
      const holds = (await wholeLedger(journal, owner)).filter(({ kind }) => kind === KINDS.hold);
      const made = outcomes.flatMap((outcome) =>
        outcome.kind === "committed" ? [outcome.head.session!.sessionId] : [],
      );
      expect(holds.map(({ sessionId }) => sessionId!).toSorted()).toEqual(made.toSorted());
      expect(holds[0]).toMatchObject({ debit: "available", credit: "held", amount: 1, seq: 1 });
    });

    it("are refused beyond the number of open runs", async () => {
      const journal = journalOf();
      const owner = newOwner();
      const limited = () => journal.createSession(run(owner, { held: 0, maxOpenRuns: 3 }));
      const outcomes = await Promise.all(numbers(1, 10).map(limited));
      expect(tallied(outcomes)).toEqual({ committed: 3, "no runs": 7 });
      expect(await limited()).toEqual({ kind: "refused", for: "runs" });
      const first = outcomes.find(({ kind }) => kind === "committed")!;
      await happened(journal, committed(first).head, cancelled());
      expect(tallied([await limited(), await limited()])).toEqual({ committed: 1, "no runs": 1 });
      expect(await checkedAccount(journal, owner)).toEqual({
        available: 0,
        held: 0,
        spent: 0,
        runs: 3,
      });
      expect(await wholeLedger(journal, owner)).toEqual([]);
    });

    it("leave nothing behind that are refused, and can be made later", async () => {
      const journal = journalOf();
      const owner = await funded(0.5);
      const made = run(owner, { held: 1 });
      expect(await journal.createSession(made)).toEqual({ kind: "refused", for: "balance" });
      expect(await journal.readHead(addressOf(made.head))).toBeUndefined();
      expect(await wholeLog(journal, made.head.uid)).toEqual([]);
      expect(await journal.findTask(firstTask(made.head).taskId)).toBeUndefined();
      expect(await journal.findReceipt(made.operation)).toBeUndefined();
      expect(await checkedAccount(journal, owner)).toMatchObject({ available: 0.5, runs: 0 });
      await journal.deposit(depositOf(owner, 0.5));
      committed(await journal.createSession(made));
      expect(await checkedAccount(journal, owner)).toMatchObject({ held: 1, runs: 1 });
    });

    it("are charged once, however often the creation is sent", async () => {
      const journal = journalOf();
      const owner = await funded(10);
      const op = operation(randomUUID(), owner);
      const outcomes = await Promise.all(
        numbers(1, 6).map(() => journal.createSession(run(owner, { held: 2 }, op))),
      );
      outcomes.push(await journal.createSession(run(owner, { held: 2 }, op)));
      expect(tallied(outcomes)).toEqual({ committed: 1, repeated: 6 });
      expect(await checkedAccount(journal, owner)).toMatchObject({ available: 8, runs: 1 });
    });

    it("are answered again by their first outcome when the money has gone since", async () => {
      const journal = journalOf();
      const owner = await funded(2);
      const op = operation(randomUUID(), owner);
      const made = run(owner, { held: 2 }, op);
      committed(await journal.createSession(made));
      expect((await journal.createSession(made)).kind).toBe("repeated");
      const { sessionId } = made.head.session!;
      const rival = run(owner, { held: 2, sessionId });
      expect(await journal.createSession(rival)).toMatchObject({ kind: "taken" });
      expect(await checkedAccount(journal, owner)).toMatchObject({ held: 2, runs: 1 });
    });

    it("too large for the account do not keep out smaller ones beside them", async () => {
      const journal = journalOf();
      const owner = await funded(7);
      const sizes = [10, 3, 5, 4];
      const outcomes = await Promise.all(
        sizes.map((held, n) =>
          journal.createSession(run(owner, { held, sessionId: `${n} ${randomUUID()}` })),
        ),
      );
      const kinds = outcomes.map(({ kind }) => kind);
      expect(kinds).toEqual(["refused", "committed", "refused", "committed"]);
      expect(await checkedAccount(journal, owner)).toMatchObject({ available: 0, held: 7 });
    });

    it("stand in nobody's way who claims nothing", async () => {
      const journal = journalOf();
      const owner = await funded(1);
      const plain = numbers(1, 5).map(() => creation(newHead({ ...owner })));
      const runs = numbers(1, 3).map(() => run(owner, { held: 1 }));
      const mixed = plain.flatMap((one, n) => (runs[n] ? [one, runs[n]] : [one]));
      const outcomes = await Promise.all(mixed.map((one) => journal.createSession(one)));
      expect(tallied(outcomes)).toEqual({ committed: 6, "no balance": 2 });
      for (const { head } of plain) {
        expect(await wholeLog(journal, head.uid)).toHaveLength(1);
      }
      expect(await checkedAccount(journal, owner)).toMatchObject({ held: 1, runs: 1 });
    });

    it("of no money ask for none, also where an account is overdrawn", async () => {
      const journal = journalOf();
      const owner = await funded(1);
      const head = await opened(owner, { held: 1 });
      await happened(journal, head, claimed(randomUUID()), used(5), completed());
      const overdrawn = { available: -4, held: 0, spent: 5 };
      expect(await checkedAccount(journal, owner)).toEqual({ ...overdrawn, runs: 0 });
      // The first one counts until it is known that it is not made.
      const runs = [{ held: 0.01 }, { maxOpenRuns: 1 }, { maxOpenRuns: 1 }].map((of, n) =>
        run(owner, { ...of, sessionId: `${n} ${randomUUID()}` }),
      );
      const outcomes = await Promise.all(runs.map((one) => journal.createSession(one)));
      expect(tallied(outcomes)).toEqual({ "no balance": 1, committed: 1, "no runs": 1 });
      expect(await checkedAccount(journal, owner)).toEqual({ ...overdrawn, runs: 1 });
    });
  });

  describe("what a run has cost", () => {
    const entriesAfter = async (owner: AccountOwner, head: Head) => {
      const last = head.session!.version;
      const entries = (await wholeLedger(journalOf(), owner)).filter(({ seq }) => seq === last);
      return entries.map(({ kind, debit, credit, amount, sessionId }) => {
        expect(sessionId).toBe(head.session!.sessionId);
        return [kind, debit, credit, amount];
      });
    };

    it("is taken from what was held for it, and the rest given back", async () => {
      const owner = await funded(10);
      let head = await opened(owner, { held: 4 });
      head = await happened(journalOf(), head, claimed(randomUUID()), used(1.25));
      expect(await checkedAccount(journalOf(), owner)).toMatchObject({ held: 4, spent: 0 });
      head = await happened(journalOf(), head, used(0.25), completed());
      expect(await entriesAfter(owner, head)).toEqual([
        [KINDS.settlement, "held", "spent", 1.5],
        [KINDS.refund, "held", "available", 2.5],
      ]);
      expect(await checkedAccount(journalOf(), owner)).toEqual({
        available: 8.5,
        held: 0,
        spent: 1.5,
        runs: 0,
      });
    });

    it("is taken from what is left where too little was held", async () => {
      const owner = await funded(10);
      let head = await opened(owner, { held: 4 });
      head = await happened(journalOf(), head, claimed(randomUUID()), used(11), completed());
      expect(await entriesAfter(owner, head)).toEqual([
        [KINDS.settlement, "held", "spent", 4],
        [KINDS.overrun, "available", "spent", 7],
      ]);
      expect(await checkedAccount(journalOf(), owner)).toEqual({
        available: -1,
        held: 0,
        spent: 11,
        runs: 0,
      });
    });

    it("is nothing where it ended before it cost anything", async () => {
      const owner = await funded(10);
      let head = await opened(owner, { held: 4 });
      head = await happened(journalOf(), head, cancelled());
      expect(await entriesAfter(owner, head)).toEqual([[KINDS.refund, "held", "available", 4]]);
      expect(await checkedAccount(journalOf(), owner)).toMatchObject({ available: 10, runs: 0 });
    });

    it("is added up where many runs of one owner end at once", async () => {
      const journal = journalOf();
      const [owner, other] = [await funded(100), await funded(3)];
      const heads = await Promise.all(numbers(1, 10).map(() => opened(owner, { held: 5 })));
      heads.push(await opened(other, { held: 2 }));
      const ends = heads.map((head, n) => happened(journal, head, ...endOf(n + 1)));
      const bystander = newSession(journal, { ...owner });
      await Promise.all([...ends, bystander]);
      expect(await checkedAccount(journal, owner)).toEqual({
        available: 45,
        held: 0,
        spent: 55,
        runs: 0,
      });
      expect(await checkedAccount(journal, other)).toEqual({
        available: -8,
        held: 0,
        spent: 11,
        runs: 0,
      });
    });

    it("is taken once, however often its end is sent", async () => {
      const journal = journalOf();
      const owner = await funded(10);
      const head = await opened(owner, { held: 4 });
      const end = change(head, claimed(randomUUID()), used(1), completed());
      const rival = change(head, cancelled());
      const outcomes = await Promise.all(
        [end, end, rival].map((one) => journal.changeSession(one)),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual(["committed", "repeated", "moved"]);
      expect(await checkedAccount(journal, owner)).toEqual({
        available: 9,
        held: 0,
        spent: 1,
        runs: 0,
      });
    });

    it("ends a run that was never counted, too", async () => {
      const journal = journalOf();
      const owner = await funded(1);
      const { claim: _, ...uncounted } = run(owner, {});
      const { head } = committed(await journal.createSession(uncounted));
      await happened(journal, head, cancelled());
      expect(await checkedAccount(journal, owner)).toMatchObject({ available: 1, runs: 0 });
    });
  });
}

/** A run that cost so many dollars. */
function endOf(dollars: number) {
  return [claimed(randomUUID()), used(dollars), completed()];
}

/** Money that moves while the store loses replies. */
export function accountFaultsContract(
  journalOf: () => Journal,
  fault: (statement: string, kind: Fault) => Promise<void>,
): void {
  for (const kind of ["lose-reply", "lose-request", "stall"] as const) {
    describe(`after ${kind}`, () => {
      let owner: AccountOwner;
      beforeEach(async () => {
        owner = newOwner();
        await journalOf().deposit(depositOf(owner, 10));
      });

      it("money was deposited once, which is acknowledged", async () => {
        const sprung = fault("deposit", kind);
        const deposit = depositOf(owner, 5);
        const outcome = await journalOf().deposit(deposit);
        await sprung;
        expect(outcome).toMatchObject({ first: true, entry: { entryId: deposit.entryId } });
        expect(await checkedAccount(journalOf(), owner)).toMatchObject({ available: 15 });
      });

      it("runs were charged once, which is acknowledged", async () => {
        const sprung = fault("create_runs", kind);
        const outcomes = await Promise.all(
          numbers(1, 3).map(() => journalOf().createSession(run(owner, { held: 4 }))),
        );
        await sprung;
        const { committed: made = 0, repeated = 0, ...others } = tallied(outcomes);
        expect([made + repeated, others]).toEqual([2, { "no balance": 1 }]);
        expect(await checkedAccount(journalOf(), owner)).toMatchObject({ available: 2, runs: 2 });
      });

      it("a run was settled once, which is acknowledged", async () => {
        const head = committed(await journalOf().createSession(run(owner, { held: 4 }))).head;
        const sprung = fault("change_sessions_work", kind);
        const outcome = await journalOf().changeSession(change(head, ...endOf(1)));
        await sprung;
        expect(["committed", "repeated"]).toContain(outcome.kind);
        expect(await checkedAccount(journalOf(), owner)).toMatchObject({ available: 9, runs: 0 });
      });
    });
  }
}
