import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { WorkerSignal } from "../../../gen/parley/v1/worker_requests_pb.js";
import { JobAborted } from "./job-error.ts";
import { runningWorker } from "./testing/running-worker.ts";
import { away, refused, stale } from "./testing/scripted-service.ts";

const wants = (signal: WorkerSignal) => () => ({ signal });

function beats(service: ReturnType<typeof runningWorker>["service"]): number[] {
  return service.calls.filter(({ rpc }) => rpc === "heartbeat").map(({ at }) => at);
}

describe("heartbeats", () => {
  it("come after each third of the lease, and end with the task", async () => {
    const { service, pass, begin } = runningWorker({ leaseSeconds: 30 });
    const { returns } = await begin("t1");
    await pass(35_000);
    expect(beats(service)).toEqual([10_000, 20_000, 30_000]);
    expect(service.requests("heartbeat")[0]).toEqual({
      taskId: "t1",
      leaseId: "lease-t1",
      leaseSeconds: 30,
    });
    returns();
    await pass(60_000);
    expect(beats(service)).toHaveLength(3);
  });

  it("go on while the end of the task is being written", async () => {
    const { service, pass, begin } = runningWorker({ leaseSeconds: 3 });
    const { returns } = await begin("t1");
    service.always("completeTask", away);
    returns("done");
    await pass(5_500);
    expect(beats(service)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    service.always("completeTask", () => ({}));
    await pass(10_000);
    expect(beats(service).length).toBeLessThan(12);
  });

  it("are tried again sooner when one fails", async () => {
    const { service, pass, begin, troubles } = runningWorker({ leaseSeconds: 30 });
    const { job } = await begin("t1");
    service.next("heartbeat", away, refused(Code.Internal));
    await pass(25_000);
    expect(beats(service)).toEqual([10_000, 10_100, 10_300, 20_300]);
    expect(job.signal.aborted).toBe(false);
    expect(troubles).toMatchObject([
      { doing: "heartbeat", taskId: "t1" },
      { doing: "heartbeat", taskId: "t1" },
    ]);
  });
});

describe("a pause", () => {
  it("holds at the next checkpoint until the task goes on", async () => {
    const { service, pass, begin } = runningWorker({ leaseSeconds: 3 });
    const { job } = await begin("t1");
    const passed: string[] = [];
    service.next("heartbeat", wants(WorkerSignal.PAUSE), wants(WorkerSignal.PAUSE));
    await job.checkpoint();
    await pass(1_000);
    expect(job.paused).toBe(true);
    job.checkpoint().then(() => passed.push("first"));
    job.checkpoint().then(() => passed.push("second"));
    await pass(1_500);
    expect(passed).toEqual([]);
    await pass(500);
    expect(passed).toEqual(["first", "second"]);
    expect(job.paused).toBe(false);
  });

  it("is learned of from what a report of progress or usage is answered, too", async () => {
    const { service, begin } = runningWorker();
    const { job } = await begin("t1");
    service.next("reportUsage", wants(WorkerSignal.PAUSE));
    await job.usage({ tokens: 5n });
    expect(job.paused).toBe(true);
    await job.progress({ progress: 10 });
    expect(job.paused).toBe(false);
  });

  it("does not outlast a cancellation", async () => {
    const { service, pass, begin } = runningWorker({ leaseSeconds: 3 });
    const { job } = await begin("t1");
    service.next("heartbeat", wants(WorkerSignal.PAUSE), wants(WorkerSignal.CANCEL));
    await pass(1_000);
    const held = expect(job.checkpoint()).rejects.toMatchObject({ reason: "cancelled" });
    await pass(1_000);
    await held;
  });
});

describe("a cancelled task", () => {
  it("aborts the signal with a typed reason, and nothing is written any more", async () => {
    const { service, pass, begin, troubles } = runningWorker({ leaseSeconds: 3 });
    const { job, throws } = await begin("t1");
    service.next("heartbeat", wants(WorkerSignal.CANCEL));
    await pass(1_000);
    expect(job.signal.reason).toBeInstanceOf(JobAborted);
    expect(job.signal.reason).toMatchObject({ reason: "cancelled" });
    await expect(job.checkpoint()).rejects.toBe(job.signal.reason);
    await expect(job.progress({ progress: 5 })).rejects.toBe(job.signal.reason);
    throws(job.signal.reason);
    await pass(10_000);
    expect(service.written()).toEqual([]);
    expect(beats(service)).toHaveLength(1);
    expect(troubles).toEqual([]);
  });

  it("is told from a lost lease, where a write was refused first", async () => {
    const { service, pass, begin, troubles } = runningWorker();
    const { job, throws } = await begin("t1");
    service.next("appendTaskOutput", stale);
    service.next("heartbeat", wants(WorkerSignal.CANCEL));
    const refusal = await job.append({ events: [{ name: "e" }] }).catch((error) => error);
    expect(refusal).toMatchObject({ reason: "cancelled" });
    throws(refusal);
    await pass(10_000);
    expect(service.written()).toEqual(["appendTaskOutput"]);
    expect(troubles).toEqual([]);
  });
});

describe("a lost lease", () => {
  it("aborts the job, writes nothing more, is told, and the loop goes on", async () => {
    const { service, pass, begin, troubles } = runningWorker({ leaseSeconds: 3 });
    const { job, returns } = await begin("t1");
    service.next("heartbeat", stale);
    await pass(1_000);
    expect(job.signal.reason).toMatchObject({ name: "JobAborted", reason: "lease_lost" });
    await expect(job.append({ events: [{ name: "e" }] })).rejects.toBe(job.signal.reason);
    expect(() => job.stream().write("x")).toThrow(JobAborted);
    await expect(job.usage({ tokens: 1n })).rejects.toBe(job.signal.reason);
    returns("done all the same");
    await begin("t2");
    expect(service.written()).toEqual([]);
    expect(troubles).toMatchObject([{ doing: "heartbeat", taskId: "t1" }]);
  });

  it("by a refused write: what waits behind it is not sent", async () => {
    const { service, pass, begin, troubles } = runningWorker();
    const { job, returns } = await begin("t1");
    service.next("reportProgress", stale);
    service.next("heartbeat", stale);
    const outcomes = Promise.allSettled([
      job.progress({ progress: 1 }),
      job.append({ events: [{ name: "e" }] }),
      job.usage({ tokens: 1n }),
    ]);
    await pass();
    returns("done");
    await pass(60_000);
    expect(service.written()).toEqual(["reportProgress"]);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { reason: "lease_lost" } });
    }
    expect(troubles).toHaveLength(1);
  });

  it("when the server was not reached for as long as the lease lasts", async () => {
    const { service, pass, begin } = runningWorker({ leaseSeconds: 3 });
    const { job } = await begin("t1");
    await pass(1_000);
    service.always("heartbeat", away);
    await pass(2_900);
    expect(job.signal.aborted).toBe(false);
    await pass(100);
    expect(job.signal.reason).toMatchObject({ reason: "lease_lost" });
  });

  it("not while writes still arrive", async () => {
    const { service, pass, begin } = runningWorker({ leaseSeconds: 3 });
    const { job } = await begin("t1");
    service.always("heartbeat", away);
    for (let second = 0; second < 10; second++) {
      await pass(1_000);
      await job.progress({ progress: second });
    }
    expect(job.signal.aborted).toBe(false);
  });

  it("not by time alone once the work is done: its result waits for the server", async () => {
    const { service, pass, begin } = runningWorker({ leaseSeconds: 3 });
    const { returns } = await begin("t1");
    service.always("heartbeat", away);
    service.always("completeTask", away);
    returns("done");
    await pass(60_000);
    service.always("completeTask", () => ({}));
    await pass(5_000);
    const sent = service.requests("completeTask");
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.at(-1)).toMatchObject({ taskId: "t1", result: "done" });
    expect(new Set(sent.map(({ requestId }) => requestId)).size).toBe(1);
    await begin("t2");
  });
});
