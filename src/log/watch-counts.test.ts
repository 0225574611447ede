import { expect, it } from "vitest";
import { WatchCounts } from "./watch-counts.ts";

const ann = { tenantId: "t", userId: "ann" };

it("counts the watches that are open, each user's for itself", () => {
  const counts = new WatchCounts();
  const leave = counts.enter(ann, 2);
  counts.enter(ann, 2);
  expect(() => counts.enter(ann, 2)).toThrow("you watch as many sessions here as you may");
  counts.enter({ ...ann, userId: "bob" }, 1);
  expect([counts.of(ann), counts.of({ ...ann, tenantId: "u" })]).toEqual([2, 0]);

  leave();
  expect(counts.of(ann)).toBe(1);
  counts.enter(ann, 2)();
  expect(counts.of(ann)).toBe(1);
});

it("refuses nobody where there is no limit", () => {
  const counts = new WatchCounts();
  for (let n = 1; n <= 100; n++) counts.enter(ann);
  expect(counts.of(ann)).toBe(100);
});
