import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { runningWorker } from "./testing/running-worker.ts";
import { away, refused } from "./testing/scripted-service.ts";

describe("claiming", () => {
  it("says who asks and for what, and waits for a task", async () => {
    const { service, pass, jobs } = runningWorker({
      types: ["research"],
      agentIds: ["a"],
      tenantIds: ["t"],
      leaseSeconds: 60,
      waitMs: 5_000,
    });
    await pass();
    expect(service.requests("claimTask")).toEqual([
      {
        workerId: "w1",
        types: ["research"],
        agentIds: ["a"],
        tenantIds: ["t"],
        leaseSeconds: 60,
        waitMs: 5_000,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    service.offer("t1");
    await pass();
    expect(jobs[0]?.job.task.taskId).toBe("t1");
    expect(jobs[0]?.job.session.sessionId).toBe("session-of-t1");
  });

  it("asks again when there was nothing, each time as another claim", async () => {
    const { service, pass } = runningWorker({ waitMs: 5_000 });
    await pass(12_000);
    const ids = service.requests("claimTask").map(({ requestId }) => requestId);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
  });

  it("asks once a second where the server does not wait", async () => {
    const { service, pass } = runningWorker();
    service.always("claimTask", () => ({}));
    await pass(3_500);
    expect(service.calls.map(({ at }) => at)).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it("works on as many tasks at once as it may, and on the next when one has ended", async () => {
    const { service, pass, jobs } = runningWorker({ concurrency: 2 });
    service.offer("t1", "t2", "t3");
    await pass();
    expect(jobs.map(({ job }) => job.task.taskId)).toEqual(["t1", "t2"]);
    expect(service.requests("claimTask")).toHaveLength(2);
    jobs[0]?.returns("done");
    await pass();
    expect(jobs.map(({ job }) => job.task.taskId)).toEqual(["t1", "t2", "t3"]);
  });
});

describe("a server that is away", () => {
  it("is waited for with growing pauses, and asked with the same request_id", async () => {
    const { service, pass, begin, troubles } = runningWorker();
    service.next("claimTask", away, away, away, away);
    await pass(2_000);
    expect(service.calls.map(({ at }) => at)).toEqual([0, 100, 300, 700, 1_500]);
    expect(new Set(service.requests("claimTask").map(({ requestId }) => requestId)).size).toBe(1);
    expect(troubles.map(({ doing }) => doing)).toEqual(["claimTask", "claimTask", "claimTask"]);
    await begin("t1");
  });

  it("is asked anew once a lease has passed, since what was lost is offered again by then", async () => {
    const { service, pass } = runningWorker({ leaseSeconds: 1 });
    service.always("claimTask", away);
    await pass(3_000);
    const ids = service.requests("claimTask").map(({ requestId }) => requestId);
    expect(ids.slice(0, 5)).toEqual(Array(5).fill(ids[0]));
    expect(ids[5]).not.toBe(ids[0]);
  });

  it("is waited for as long as it takes", async () => {
    const { service, pass, begin } = runningWorker();
    service.always("claimTask", away);
    await pass(3_600_000);
    service.always("claimTask", () => ({}));
    service.next("claimTask", refused(Code.Internal), () => {
      throw new TypeError("not even an answer");
    });
    await pass(10_000);
    service.always("claimTask", () => ({ assignment: { task: { taskId: "t1" }, leaseId: "l" } }));
    await pass(10_000);
    await begin("t1");
  });

  it("a late answer is checked at once: the lease may be over already", async () => {
    const { service, pass, begin } = runningWorker();
    service.next("claimTask", refused(Code.DeadlineExceeded));
    await pass(100);
    await begin("t1");
    expect(service.requests("heartbeat")).toHaveLength(1);
  });
});

it("a worker that may not claim says so and goes on asking", async () => {
  const { service, pass, troubles } = runningWorker();
  service.always("claimTask", refused(Code.PermissionDenied, "scope_denied"));
  await pass(60_000);
  expect(troubles.length).toBeGreaterThan(3);
  expect(troubles.length).toBeLessThan(8);
  expect(service.requests("claimTask").length).toBeGreaterThan(10);
});
