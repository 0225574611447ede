import { expect, it } from "vitest";
import { formatTallies } from "./contract-reporter.ts";

it("gives each contract suite a line, and each skipped test its reason", () => {
  const lines = formatTallies([
    { name: "live view: redis", passed: 12, failed: 0, skipped: [] },
    { name: "journal: pglite", passed: 30, failed: 1, skipped: ["is shared (one process only)"] },
  ]);
  expect(lines).toEqual([
    " Contract suites",
    "   journal: pglite   30 passed, 1 failed, 1 skipped",
    "     skipped: is shared (one process only)",
    "   live view: redis  12 passed, 0 failed, 0 skipped",
  ]);
});

it("says nothing when no contract suite ran", () => {
  expect(formatTallies([])).toEqual([]);
});
