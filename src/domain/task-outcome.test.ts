import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { ReleaseReason } from "../../gen/parley/v1/task_event_pb.js";
import {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
} from "../../gen/parley/v1/worker_outcome_pb.js";
import { taskOf } from "./task.ts";
import { complete, fail } from "./task-outcome.ts";
import { reasonOf } from "./testing/refusal.ts";
import { claimed, kinds, run, running, second, secondStamp } from "./testing/work.ts";

const head = running(run(), 1);

function completed(init: MessageInitShape<typeof CompleteTaskRequestSchema>, on: Head = head) {
  return complete(on, on.tasks[0]!, create(CompleteTaskRequestSchema, init));
}

describe("a completion", () => {
  it("says the result in the conversation, then ends the task with all that came out", () => {
    const facts = {
      result: "forty-two",
      results: { answer: 42 },
      summary: "s",
      confidenceScore: 0.5,
      metadata: { a: 1 },
      followOn: { b: 2 },
    };
    const citations = [{ title: "t", url: "https://example.org" }];
    const drafts = completed({ ...facts, citations });
    expect(drafts).toMatchObject([
      {
        taskId: "task-1",
        payload: { case: "message", value: { role: Role.ASSISTANT, content: "forty-two" } },
      },
      { taskId: "task-1", payload: { case: "taskCompleted", value: { ...facts, citations } } },
    ]);
    expect(drafts[1]?.payload.value).not.toHaveProperty("resultMessageId");
  });

  it("says nothing where there is nothing to say, or it was said", () => {
    for (const init of [
      { result: "" },
      { result: " \n" },
      { results: { answer: 42 } },
      { result: "r", resultMessageId: "m" },
    ]) {
      expect(kinds(completed(init))).toEqual(["taskCompleted"]);
    }
    expect(kinds(completed({ result: "r", resultMessageId: "" }))).toEqual([
      "message",
      "taskCompleted",
    ]);
  });

  it("begins a turn only after one that a call has ended", () => {
    const turn = { turnNumber: 0, turnId: "t", ended: false };
    expect(completed({ result: "r" })[0]).not.toHaveProperty("startsTurn");
    expect(completed({ result: "r" }, { ...head, turn } as Head)[0]?.startsTurn).toBe(false);
    const ended = { ...head, turn: { ...turn, ended: true } } as Head;
    expect(completed({ result: "r" }, ended)[0]?.startsTurn).toBe(true);
  });

  it("is refused where it could not be kept or read again", () => {
    const large = (bytes: number) => ({ big: "x".repeat(bytes) });
    let deep = {};
    for (let i = 0; i < 41; i++) deep = { deep };
    const cases: [MessageInitShape<typeof CompleteTaskRequestSchema>, string][] = [
      [{ results: large(1_048_576) }, "payload_too_large"],
      [{ metadata: large(65_536) }, "payload_too_large"],
      [{ followOn: large(65_536) }, "payload_too_large"],
      [{ results: deep }, "invalid_argument"],
      [{ citations: [{ metadata: deep }] }, "invalid_argument"],
    ];
    for (const [init, reason] of cases) expect(reasonOf(() => completed(init))).toBe(reason);
    expect(reasonOf(() => completed({ results: large(1_000_000) }))).toBeUndefined();
  });
});

describe("a failure", () => {
  const now = second(10);
  const on = (attempt: number) => {
    const open = claimed(run(), 1).tasks[0]!;
    return { ...open, task: { ...taskOf(open), attempt, maxAttempts: 20 } };
  };
  const failed = (attempt: number, init: MessageInitShape<typeof FailTaskRequestSchema>) =>
    fail(on(attempt), create(FailTaskRequestSchema, init), now);

  it("ends the task where no other attempt may succeed, or none is left", () => {
    const value = { errorCode: "bad_input", errorMessage: "cannot read it" };
    const ended = [{ taskId: "task-1", payload: { case: "taskFailed", value } }];
    expect(failed(1, value)).toEqual(ended);
    expect(failed(20, { ...value, retryable: true })).toEqual(ended);
    expect(failed(1, {})).toMatchObject([
      { payload: { value: { errorCode: "worker_failed", errorMessage: expect.any(String) } } },
    ]);
  });

  it("offers it again while attempts are left, and keeps what went wrong", () => {
    const value = { errorCode: "busy", errorMessage: "try later" };
    expect(failed(19, { ...value, retryable: true, retryAfterMs: 5000 })).toEqual([
      {
        taskId: "task-1",
        payload: {
          case: "taskReleased",
          value: {
            ...value,
            reason: ReleaseReason.FAILED,
            workerId: "w",
            readyAt: secondStamp(15),
          },
        },
      },
    ]);
    const at = (init: object) => failed(1, { retryable: true, ...init })[0]?.payload.value;
    expect(at({ retryAfterMs: 0 })).toMatchObject({ readyAt: secondStamp(10) });
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [12, 2048],
    [13, 3600],
    [19, 3600],
  ])("waits after attempt %d for %d seconds", (attempt, seconds) => {
    expect(failed(attempt, { retryable: true })).toMatchObject([
      { payload: { value: { readyAt: secondStamp(10 + seconds) } } },
    ]);
  });

  it("of a worker that only gives it back is none: it is offered at once, however often", () => {
    expect(failed(20, { returned: true })).toEqual([
      {
        taskId: "task-1",
        payload: {
          case: "taskReleased",
          value: { reason: ReleaseReason.RETURNED, workerId: "w", readyAt: secondStamp(10) },
        },
      },
    ]);
    expect(failed(1, { returned: true, errorMessage: "stopping" })).toMatchObject([
      { payload: { value: { errorMessage: "stopping" } } },
    ]);
  });
});
