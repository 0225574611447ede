import { expect, it } from "vitest";
import type { RateLimit } from "../domain/plan.ts";
import { TokenTable } from "./token-table.ts";

const limit: RateLimit = { subject: "user", kind: "calls", perMinute: 60, burst: 60 };
const charges = [{ limit, cost: 1 }];

it("keeps only buckets that are not full", () => {
  let now = 0;
  const table = new TokenTable(() => now);
  for (let n = 0; n < 100; n++) table.take({ tenantId: "t", userId: `u${n}` }, charges);
  expect(table.size).toBe(100);
  now += 1000;
  for (let n = 0; n < 60; n++) table.take({ tenantId: "t", userId: "ann" }, charges);
  expect(table.size).toBe(1);
  expect(table.take({ tenantId: "t", userId: "ann" }, charges).admitted).toBe(false);
});

it("goes on looking where those that come first are not full for long", () => {
  let now = 0;
  const table = new TokenTable(() => now);
  for (let n = 0; n < 10; n++) {
    table.take({ tenantId: "t", userId: `slow${n}` }, [{ limit, cost: 60 }]);
  }
  for (let n = 0; n < 10; n++) table.take({ tenantId: "t", userId: `fast${n}` }, charges);
  now += 1000;
  for (let n = 0; n < 20; n++) table.take({ tenantId: "t", userId: "ann" }, charges);
  expect(table.size).toBe(11);
});

it("tells payers apart whatever their names are", () => {
  const table = new TokenTable(() => 0);
  const left = (tenantId: string, userId: string) =>
    table.take({ tenantId, userId }, charges).standings[0]!.remaining;
  expect([left("a", "b c"), left("a b", "c"), left("a b", "c")]).toEqual([59, 59, 58]);
});
