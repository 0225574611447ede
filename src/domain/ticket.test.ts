import { describe, expect, it } from "vitest";
import type { Principal } from "./principal.ts";
import { callerByTicket, isBeforeEnd, isUsable, ticketEnd, ticketOf } from "./ticket.ts";

const NOW = new Date("2026-05-01T12:00:00.000Z");
const later = (ms: number) => new Date(NOW.getTime() + ms);

const ANN: Principal = {
  tenantId: "t",
  userId: "ann",
  roles: new Set(["user"]),
  scopes: new Set(["sessions:read"]),
  groups: new Set(["readers"]),
  email: "ann@example.com",
  via: "token",
  proof: { kind: "token", endsAt: later(30_000) },
};

describe("a ticket", () => {
  const made = { hash: new Uint8Array(32), expiresAt: later(60_000) };

  it("stands for its maker, with all that was known of it", () => {
    expect(callerByTicket(ticketOf(ANN, made, undefined))).toEqual({ ...ANN, via: "ticket" });
  });

  it("can be for one session", () => {
    const caller = callerByTicket(ticketOf(ANN, made, "uid-1"));
    expect(caller).toEqual({ ...ANN, via: "ticket", onlySession: "uid-1" });
  });

  it("opens until its time is over", () => {
    const ticket = ticketOf(ANN, made, undefined);
    expect([later(59_999), later(60_000)].map((at) => isUsable(ticket, at))).toEqual([true, false]);
  });

  it("ends no later than the token it was made with", () => {
    expect(ticketEnd(ANN, NOW, 60_000)).toEqual(later(30_000));
    expect(ticketEnd(ANN, NOW, 10_000)).toEqual(later(10_000));
    const { proof: _, ...without } = ANN;
    expect(ticketEnd(without, NOW, 60_000)).toEqual(later(60_000));
  });
});

it("only a token ends by itself", () => {
  expect(isBeforeEnd(ANN.proof, later(29_999))).toBe(true);
  expect(isBeforeEnd(ANN.proof, later(30_000))).toBe(false);
  expect(isBeforeEnd(undefined, NOW)).toBe(true);
});
