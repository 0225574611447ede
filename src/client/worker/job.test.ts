import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { PermanentError, RetryableError } from "./job-error.ts";
import { runningWorker } from "./testing/running-worker.ts";
import { away, refused } from "./testing/scripted-service.ts";

const PROOF = { taskId: "t1", leaseId: "lease-t1", requestId: expect.any(String) };

describe("what a job writes", () => {
  it("goes out with the lease and an id of its own", async () => {
    const { service, begin } = runningWorker();
    const { job } = await begin("t1");
    service.next("appendTaskOutput", () => ({ version: 7, messages: [{ messageId: "m" }] }));
    const answer = await job.append({ messages: [{ content: "hi" }], events: [{ name: "e" }] });
    expect(answer).toMatchObject({ version: 7, messages: [{ messageId: "m" }] });
    await job.progress({ progress: 40, stage: "reading", message: "half", workflowId: "wf" });
    await job.decide("go on", { confidence: 0.7 });
    expect(service.requests("appendTaskOutput")).toEqual([
      { ...PROOF, messages: [{ content: "hi" }], events: [{ name: "e" }] },
      {
        ...PROOF,
        messages: [],
        events: [{ name: "decision", message: "go on", payload: { confidence: 0.7 } }],
      },
    ]);
    expect(service.requests("reportProgress")).toEqual([
      { ...PROOF, progress: 40, currentStage: "reading", message: "half", workflowId: "wf" },
    ]);
    const ids = service.calls.map(({ request }) => request.requestId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is sent again until it is answered, each time the same", async () => {
    const { service, pass, begin } = runningWorker();
    const { job } = await begin("t1");
    const failing = [away, refused(Code.DeadlineExceeded), refused(Code.Aborted)];
    service.next("reportProgress", ...failing, refused(Code.Internal));
    const reported = job.progress({ progress: 1 });
    await pass(5_000);
    await reported;
    const sent = service.requests("reportProgress");
    expect(sent).toHaveLength(5);
    for (const request of sent) expect(request).toEqual(sent[0]);
  });

  it("keeps its order, whoever waits for it", async () => {
    const { service, pass, begin } = runningWorker();
    const { job, returns } = await begin("t1");
    service.next("appendTaskOutput", away, away);
    job.append({ events: [{ name: "first" }] });
    job.progress({ progress: 50 });
    job.decide("second");
    returns("done");
    await pass(1_000);
    expect(service.written()).toEqual([
      "appendTaskOutput",
      "appendTaskOutput",
      "appendTaskOutput",
      "reportProgress",
      "appendTaskOutput",
      "completeTask",
    ]);
  });

  it("fails where the server refuses it, and what follows is written all the same", async () => {
    const { service, begin, troubles } = runningWorker();
    const { job } = await begin("t1");
    service.next("appendTaskOutput", refused(Code.ResourceExhausted, "payload_too_large"));
    const refusal = await job.append({ messages: [{ content: "x" }] }).catch((error) => error);
    expect(refusal).toBeInstanceOf(PermanentError);
    expect(refusal).toMatchObject({ code: "payload_too_large" });
    await job.progress({ progress: 1 });
    expect(service.requests("appendTaskOutput")).toHaveLength(1);
    expect(troubles).toMatchObject([{ doing: "appendTaskOutput", taskId: "t1" }]);
  });

  it("is given up where the server fails again and again, for another attempt", async () => {
    const { service, pass, begin } = runningWorker();
    const { job } = await begin("t1");
    service.always("reportProgress", refused(Code.Internal, "internal"));
    const reported = job.progress().catch((error) => error);
    await pass(5_000);
    expect(await reported).toBeInstanceOf(RetryableError);
    expect(service.requests("reportProgress")).toHaveLength(5);
  });

  it("fails at once where it cannot even be sent", async () => {
    const { service, begin } = runningWorker();
    const { job } = await begin("t1");
    const refusals = [
      job.usage({ tokens: Number.NaN }),
      job.append({ messages: [{ role: "user" as never }] }),
    ];
    for (const refused of refusals) {
      await expect(refused).rejects.toMatchObject({
        name: "PermanentError",
        code: "invalid_argument",
      });
    }
    await job.progress({ progress: 33.9 });
    await job.progress({ progress: 101 });
    expect(service.requests("reportProgress")).toMatchObject([{ progress: 33 }, { progress: 100 }]);
  });

  it("ends no process when it fails and nobody waits for it", async () => {
    const { service, pass, begin } = runningWorker();
    const { job } = await begin("t1");
    service.always("appendTaskOutput", refused(Code.InvalidArgument));
    service.always("reportUsage", refused(Code.InvalidArgument));
    service.always("reportProgress", refused(Code.InvalidArgument));
    job.append({ events: [{ name: "?" }] });
    job.decide("?");
    job.usage({ tokens: 1n });
    job.progress();
    const stream = job.stream();
    stream.write("x");
    stream.end();
    await pass(1_000);
    expect(service.written()).toHaveLength(6);
  });

  it("is nothing after the handler has returned", async () => {
    const { service, pass, begin } = runningWorker();
    const { job, returns } = await begin("t1");
    const stream = job.stream();
    returns("done");
    await pass();
    await expect(job.progress()).rejects.toMatchObject({ reason: "finished" });
    expect(() => stream.write("more")).toThrow("has returned");
    expect(job.signal.aborted).toBe(false);
    expect(service.written()).toEqual(["completeTask"]);
  });
});

describe("usage", () => {
  it("goes out at once, and together what is reported while something is written", async () => {
    const { service, pass, begin } = runningWorker();
    const { job, returns } = await begin("t1");
    service.next("reportUsage", away);
    const first = job.usage({ model: "m", tokens: 1n });
    await pass();
    for (let i = 2; i <= 250; i++) job.usage({ model: "m", tokens: BigInt(i) });
    returns("done");
    await pass(1_000);
    await first;
    const reports = service.requests("reportUsage").map((request) => request.reports);
    expect(reports.map(({ length }) => length)).toEqual([1, 1, 100, 100, 49]);
    expect(reports[4][48]).toMatchObject({ model: "m", tokens: 250n });
    expect(service.written().at(-1)).toBe("completeTask");
  });

  it("may be counted in numbers", async () => {
    const { service, begin } = runningWorker();
    const { job } = await begin("t1");
    await job.usage({ model: "m", inputTokens: 3, outputTokens: 4, cost: 0.5, tool: "t" });
    expect(service.requests("reportUsage")[0].reports).toEqual([
      { model: "m", inputTokens: 3n, outputTokens: 4n, tokens: 0n, cost: 0.5, tool: "t" },
    ]);
  });

  it("is told when it is in the log", async () => {
    const { service, pass, begin } = runningWorker();
    const { job } = await begin("t1");
    service.next("reportUsage", away);
    let told = false;
    job.usage([{ tokens: 1n }, { tokens: 2n }]).then(() => {
      told = true;
    });
    await pass(50);
    expect(told).toBe(false);
    await pass(100);
    expect(told).toBe(true);
    expect(service.requests("reportUsage")).toHaveLength(2);
  });
});
