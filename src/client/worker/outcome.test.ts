import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { PermanentError, RetryableError } from "./job-error.ts";
import { completionOf, failureFrom } from "./outcome.ts";
import { runningWorker } from "./testing/running-worker.ts";
import { refused } from "./testing/scripted-service.ts";

describe("what a handler returns", () => {
  it("completes the task, with all there is", async () => {
    const { service, pass, begin } = runningWorker();
    const { returns } = await begin("t1");
    returns({
      result: "r",
      results: { a: 1 },
      summary: "s",
      citations: [{ title: "t", url: "u" }],
      confidence: 0.5,
      metadata: { m: 1 },
      followOn: { f: 1 },
      resultMessageId: "id",
    });
    await pass();
    expect(service.requests("completeTask")).toEqual([
      {
        taskId: "t1",
        leaseId: "lease-t1",
        requestId: expect.any(String),
        result: "r",
        results: { a: 1 },
        summary: "s",
        citations: [{ title: "t", url: "u" }],
        confidenceScore: 0.5,
        metadata: { m: 1 },
        followOn: { f: 1 },
        resultMessageId: "id",
      },
    ]);
  });

  it.each([
    ["a string is the result", "r", { result: "r" }],
    ["nothing is an empty result", undefined, { result: "" }],
  ])("%s", async (_, returned, completion) => {
    const { service, pass, begin } = runningWorker();
    const { returns } = await begin("t1");
    returns(returned);
    await pass();
    expect(service.requests("completeTask")).toMatchObject([completion]);
  });

  it("names the message it was streamed as, unless it says which one or is another text", () => {
    const said = { messageId: "m", text: "r" };
    expect(completionOf("r", said).resultMessageId).toBe("m");
    expect(completionOf({ result: "r", resultMessageId: "n" }, said).resultMessageId).toBe("n");
    expect(completionOf("another", said).resultMessageId).toBeUndefined();
    expect(completionOf({}, { messageId: "m", text: "" }).resultMessageId).toBeUndefined();
  });

  it("fails the task where the server refuses it, for good", async () => {
    const { service, pass, begin } = runningWorker();
    const { returns } = await begin("t1");
    service.next("completeTask", refused(Code.InvalidArgument, "invalid_argument"));
    returns({ results: { much: "too much" } });
    await pass();
    expect(service.requests("failTask")).toMatchObject([
      { retryable: false, errorCode: "invalid_argument" },
    ]);
    await begin("t2");
  });
});

describe("what a handler throws", () => {
  it.each([
    [
      "an error",
      new TypeError("x is not a function"),
      { retryable: true, errorCode: "", errorMessage: "x is not a function" },
    ],
    ["anything", "a text", { retryable: true, errorMessage: "a text" }],
    [
      "a retryable error",
      new RetryableError("later", { code: "busy", retryAfterMs: 1500.5 }),
      { retryable: true, errorCode: "busy", errorMessage: "later", retryAfterMs: 1501 },
    ],
    [
      "a permanent error",
      new PermanentError("never", { code: "no such: thing" }),
      { retryable: false, errorCode: "no_such:_thing", errorMessage: "never" },
    ],
  ])("%s fails the task", async (_, thrown, failure) => {
    const { service, pass, begin, troubles } = runningWorker();
    const { throws } = await begin("t1");
    throws(thrown);
    await pass();
    expect(service.requests("failTask")).toMatchObject([
      { taskId: "t1", leaseId: "lease-t1", ...failure },
    ]);
    expect(service.requests("failTask")[0].returned).toBeUndefined();
    expect(troubles).toEqual([{ doing: "handle", taskId: "t1", error: thrown }]);
  });

  it("at once, before it has even begun", async () => {
    const { service, pass, troubles } = runningWorker({
      handle: () => {
        throw new Error("at once");
      },
    });
    service.offer("t1");
    await pass();
    expect(service.requests("failTask")).toMatchObject([{ errorMessage: "at once" }]);
    expect(troubles).toHaveLength(1);
  });

  it("is cut to what the server takes", () => {
    const failure = failureFrom(new PermanentError("🐎".repeat(5_000), { code: "c".repeat(90) }));
    expect(Array.from(failure.errorMessage)).toHaveLength(4_096);
    expect(failure.errorMessage.isWellFormed()).toBe(true);
    expect(failure.errorCode).toHaveLength(64);
    expect(failureFrom(new RetryableError("x", { retryAfterMs: 1e9 })).retryAfterMs).toBe(
      3_600_000,
    );
  });
});
