import { describe, expect, it } from "vitest";
import { PermanentError } from "./job-error.ts";
import { runningWorker } from "./testing/running-worker.ts";
import { assignment, away, scriptedService } from "./testing/scripted-service.ts";
import { createWorker } from "./worker.ts";

describe("a stop", () => {
  it("takes no more and waits for what is worked on", async () => {
    const { worker, service, pass, begin } = runningWorker({ concurrency: 2 });
    const { job, returns } = await begin("t1");
    let stopped = false;
    worker.stop({ graceMs: 10_000 }).then(() => {
      stopped = true;
    });
    await pass(5_000);
    const claims = service.requests("claimTask").length;
    service.offer("t2");
    await job.progress({ progress: 90 });
    returns("done");
    await pass();
    expect(stopped).toBe(true);
    expect(service.requests("claimTask")).toHaveLength(claims);
    expect(service.written()).toEqual(["reportProgress", "completeTask"]);
    await worker.done;
  });

  it("gives back what is not done after the grace", async () => {
    const { worker, service, pass, begin } = runningWorker({ leaseSeconds: 3 });
    const { job, returns } = await begin("t1");
    const stopped = worker.stop({ graceMs: 10_000 });
    await pass(9_999);
    expect(job.signal.aborted).toBe(false);
    job.usage({ tokens: 7n });
    await pass(1);
    await stopped;
    expect(job.signal.reason).toMatchObject({ name: "JobAborted", reason: "stopping" });
    await expect(job.progress()).rejects.toBe(job.signal.reason);
    expect(service.requests("failTask")).toEqual([
      { taskId: "t1", leaseId: "lease-t1", requestId: expect.any(String), returned: true },
    ]);
    returns("too late");
    await pass(60_000);
    expect(service.written()).toEqual(["reportUsage", "failTask"]);
  });

  it("gives back after the writes that are on their way", async () => {
    const { worker, service, pass, begin } = runningWorker();
    const { job } = await begin("t1");
    service.next("reportUsage", away, away);
    job.usage({ tokens: 7n });
    const stopped = worker.stop({ graceMs: 0 });
    await pass(1_000);
    await stopped;
    expect(service.written()).toEqual(["reportUsage", "reportUsage", "reportUsage", "failTask"]);
  });

  it("ends 5 s after the grace, whatever the server does", async () => {
    const { worker, service, pass, begin } = runningWorker();
    await begin("t1");
    service.always("failTask", away);
    let stopped = false;
    worker.stop({ graceMs: 1_000 }).then(() => {
      stopped = true;
    });
    await pass(5_900);
    expect(stopped).toBe(false);
    await pass(100);
    expect(stopped).toBe(true);
  });

  it("again, with a shorter grace, hurries", async () => {
    const { worker, service, pass, begin } = runningWorker();
    await begin("t1");
    worker.stop({ graceMs: 600_000 });
    await pass(1_000);
    const stopped = worker.stop({ graceMs: 0 });
    await pass();
    await stopped;
    expect(service.written()).toEqual(["failTask"]);
  });

  it("asks what became of the claim it broke off, and gives back what came of it", async () => {
    const { worker, service, pass, jobs } = runningWorker();
    await pass(5_000);
    service.next("claimTask", () => ({ assignment: assignment("t1") }));
    const stopped = worker.stop();
    await pass();
    await stopped;
    const [claim, recall] = service.requests("claimTask");
    expect(recall).toEqual(claim);
    expect(jobs).toEqual([]);
    expect(service.requests("failTask")).toMatchObject([{ taskId: "t1", returned: true }]);
  });

  it("gives back what was claimed at the very moment", async () => {
    const { worker, service, pass, jobs } = runningWorker();
    await pass();
    service.offer("t1");
    worker.stop();
    await pass();
    await worker.done;
    expect(jobs).toEqual([]);
    expect(service.requests("failTask")).toMatchObject([{ taskId: "t1", returned: true }]);
  });

  it("while the server is away is one at once", async () => {
    const { worker, service, pass } = runningWorker();
    service.always("claimTask", away);
    await pass(60_000);
    worker.stop();
    await pass();
    await worker.done;
  });

  it("before the start is all there is", async () => {
    const service = scriptedService();
    const worker = createWorker({ client: service.client, handle: async () => "" });
    await worker.stop();
    worker.start();
    await worker.done;
    expect(service.calls).toEqual([]);
  });
});

it("a second start does nothing", async () => {
  const { worker, service, pass } = runningWorker();
  worker.start();
  await pass();
  expect(service.requests("claimTask")).toHaveLength(1);
});

it("an onError that throws ends nothing", async () => {
  const { pass, begin, service } = runningWorker({
    onError: () => {
      throw new PermanentError("from onError");
    },
  });
  service.next("claimTask", away);
  await pass(100);
  await begin("t1");
});

describe("options that cannot be", () => {
  const { client } = scriptedService();
  it.each([
    ["workerId", { workerId: "two words" }],
    ["concurrency", { concurrency: 0 }],
    ["leaseSeconds", { leaseSeconds: 601 }],
    ["waitMs", { waitMs: 60_001 }],
    ["types", { types: Array(33).fill("t") }],
  ])("%s", (name, options) => {
    expect(() => createWorker({ client, handle: async () => "", ...options })).toThrow(
      new RegExp(`^${name}: `),
    );
  });

  it("a name of its own for each process, where none is given", () => {
    const options = { client, handle: async () => "" };
    const [a, b] = [createWorker(options), createWorker(options)];
    expect(a.workerId).toMatch(/^[A-Za-z0-9:_.-]{1,128}$/);
    expect(a.workerId).not.toBe(b.workerId);
  });
});
