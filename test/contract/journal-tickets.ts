import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callerByTicket, type Ticket } from "../../src/domain/ticket.ts";
import type { Journal } from "../../src/journal/port.ts";
import { numbers } from "./journal-writes.ts";

const NOW = new Date("2026-05-01T12:00:00.000Z");
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

function newTicket(of: Partial<Ticket> = {}): Ticket {
  return {
    hash: randomBytes(32),
    caller: {
      tenantId: "tenant-1",
      userId: "user-1",
      roles: new Set(["user"]),
      scopes: new Set(["sessions:read"]),
      groups: new Set<string>(),
    },
    expiresAt: later(60),
    ...of,
  };
}

/** What every journal does with tickets. */
export function ticketContract(journalOf: () => Journal): void {
  describe("tickets", () => {
    it("are found by their hash, with all that is known of their callers", async () => {
      const journal = journalOf();
      const plain = newTicket();
      const { caller } = plain;
      const byKey = newTicket({
        caller: {
          ...caller,
          roles: new Set(["user", "admin"]),
          scopes: new Set(["admin"]),
          groups: new Set(["a group", 'with, {odd} "marks"']),
          email: "ann@example.com",
          proof: { kind: "key", prefix: "pk_abcdefghi", hash: randomBytes(32) },
          onlySession: randomUUID(),
        },
      });
      const proof = { kind: "token", endsAt: later(30) } as const;
      const byToken = newTicket({ caller: { ...caller, proof } });
      for (const ticket of [plain, byKey, byToken]) {
        await journal.createTicket(ticket);
        const found = await journal.findTicket(ticket.hash);
        expect(found).toEqual(ticket);
        expect(callerByTicket(found!)).toEqual({ ...ticket.caller, via: "ticket" });
      }
      expect(await journal.findTicket(randomBytes(32))).toBeUndefined();
      expect(await journal.findTicket(new Uint8Array())).toBeUndefined();
    });

    it("are forgotten when they are over, some at a time, and no sooner", async () => {
      const journal = journalOf();
      const due = new Date("2026-04-01T12:00:00.000Z");
      const over = numbers(1, 5).map((n) =>
        newTicket({ expiresAt: new Date(due.getTime() - n * 1000) }),
      );
      const living = newTicket({ expiresAt: new Date(due.getTime() + 1) });
      for (const ticket of [...over, living]) await journal.createTicket(ticket);
      expect(await journal.expireTickets(due, 3)).toBe(3);
      expect(await journal.expireTickets(due, 3)).toBe(2);
      expect(await journal.expireTickets(due, 3)).toBe(0);
      for (const { hash } of over) expect(await journal.findTicket(hash)).toBeUndefined();
      expect(await journal.findTicket(living.hash)).toEqual(living);
    });
  });
}
