import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithServices } from "../support/services.ts";
import { type GuardedPair, startGuardedPair } from "./access/guarded-pair.ts";
import { revocationSuite } from "./access/revocation.ts";
import { type GuardedService, withKey } from "./access/service.ts";
import { ticketsSuite } from "./access/tickets.ts";

describeWithServices("access, two servers on Redis and Postgres", () => {
  let pair: GuardedPair;
  let one: GuardedService;
  let other: GuardedService;
  beforeAll(async () => {
    pair = await startGuardedPair();
    [one, other] = pair.servers;
  });
  afterAll(() => pair.close());

  describe("a revocation", () =>
    revocationSuite(
      () => one,
      () => other,
    ));

  describe("a ticket", () =>
    ticketsSuite(
      () => one,
      () => other,
    ));

  it("have one first key between them", async () => {
    const { body } = await withKey(other.url, other.adminSecret).get("/api/v1/keys?user_id=admin");
    expect(body.total).toBe(1);
  });
});
