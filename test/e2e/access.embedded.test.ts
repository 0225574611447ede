import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callersSuite } from "./access/callers.ts";
import { keysSuite } from "./access/keys.ts";
import { revocationSuite } from "./access/revocation.ts";
import { type GuardedService, startGuarded } from "./access/service.ts";
import { ticketsSuite } from "./access/tickets.ts";
import { tokensSuite } from "./access/tokens.ts";

describe("access, embedded", () => {
  let service: GuardedService;
  beforeAll(async () => {
    service = await startGuarded();
  });
  afterAll(() => service.close());
  const target = () => service;

  describe("callers", () => callersSuite(target));
  describe("keys", () => keysSuite(target));
  describe("tokens", () => tokensSuite(target));
  describe("a revocation", () => revocationSuite(target, target));
  describe("a ticket", () => ticketsSuite(target, target));

  it("logs why it refused, and never what with", () => {
    const log = service.lines.join("");
    expect(log).toContain('"why":"no credential"');
    expect(log).toContain("ERR_JWT_EXPIRED");
    expect(log).not.toMatch(/pk_[A-Za-z0-9_-]{13}/);
    expect(log).not.toMatch(/tk_[A-Za-z0-9_-]{10}/);
    expect(log).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/);
    expect(log).not.toContain(service.jwtSecret);
    expect(log).not.toMatch(/"level":50/);
  });
});
