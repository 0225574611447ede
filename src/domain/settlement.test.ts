import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { LedgerEntryKind } from "../../gen/parley/v1/account_service_pb.js";
import { OnBusy } from "../../gen/parley/v1/task_requests_pb.js";
import { settlement, unusedMicros } from "./settlement.ts";
import { cancelWork } from "./task-commands.ts";
import { submission } from "./task-submission.ts";
import { conversation, decided, newTask, run, running, second, written } from "./testing/work.ts";

const { SETTLEMENT, OVERRUN, REFUND } = LedgerEntryKind;

/** A run at work that holds and has cost so many dollars. */
function costing(held: number | undefined, cost: number): Head {
  const head = running(run({}, held === undefined ? {} : { held }), 1);
  const value = { model: "m", cost };
  return written(head, 2, { taskId: "task-1", payload: { case: "usageReported", value } });
}

function ended(head: Head) {
  return decided(head, 3, cancelWork(head, { code: "cancelled", now: second(3) }));
}

describe("the money of a run", () => {
  it.each([
    ["nothing", 0, [[REFUND, "held", "available", 2_000_000n]]],
    [
      "less than it holds",
      0.5,
      [
        [SETTLEMENT, "held", "spent", 500_000n],
        [REFUND, "held", "available", 1_500_000n],
      ],
    ],
    ["all it holds", 2, [[SETTLEMENT, "held", "spent", 2_000_000n]]],
    [
      "more than it holds",
      2.25,
      [
        [SETTLEMENT, "held", "spent", 2_000_000n],
        [OVERRUN, "available", "spent", 250_000n],
      ],
    ],
  ] as const)("that has cost %s is settled at its end", (_, cost, moves) => {
    const { account, state } = ended(costing(2, cost));
    expect(account?.openRuns).toBe(-1);
    expect(
      account?.moves.map(({ kind, debit, credit, micros }) => [kind, debit, credit, micros]),
    ).toEqual(moves);
    expect(state.heldMicros).toBeUndefined();
    expect(settlement(state, state)).toBeUndefined();
  });

  it("that holds nothing, not even 0, only counts as open no more", () => {
    expect(ended(costing(undefined, 3)).account).toEqual({ moves: [], openRuns: -1 });
    expect(ended(costing(0, 0)).account).toEqual({ moves: [], openRuns: -1 });
    expect(ended(costing(0, 1)).account?.moves).toMatchObject([{ kind: OVERRUN }]);
  });

  it("is not touched while it goes on, nor by a conversation", () => {
    expect(settlement(costing(2, 0), costing(2, 1))).toBeUndefined();
    const talk = conversation();
    const busy = written(talk, 1, ...submission(talk, newTask(1, 1), OnBusy.UNSPECIFIED));
    expect(ended(busy).account).toBeUndefined();
  });

  it("is free again as far as it was not used", () => {
    expect(unusedMicros(costing(2, 0.5))).toBe(1_500_000n);
    expect(unusedMicros(costing(2, 2.5))).toBe(0n);
    expect(unusedMicros(costing(undefined, 1))).toBeUndefined();
    expect(unusedMicros(ended(costing(2, 0.5)).state)).toBeUndefined();
  });
});
