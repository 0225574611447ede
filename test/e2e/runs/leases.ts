import { expect, it } from "vitest";
import { claimNext, createRun, pairOf, say, type Target } from "./owner.ts";

export function leasesSuite(target: Target): void {
  it("a worker that is not heard of loses its task, and the next attempt succeeds", async () => {
    const pair = pairOf(target);
    const run = await createRun(pair);
    const first = await claimNext(pair, { lease_seconds: 1 });
    let second: Awaited<ReturnType<typeof claimNext>>;
    const began = Date.now();
    await expect
      .poll(
        async () => {
          second = await claimNext(pair, { worker_id: "worker-2" });
          return second?.task.attempt;
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe(2);
    expect(Date.now() - began).toBeGreaterThan(800);
    for (const what of ["complete", "progress", "fail", "heartbeat"] as const) {
      const late = await say(pair, what, first, what === "complete" ? { result: "late" } : {});
      expect([what, late.status, late.body.error]).toEqual([what, 409, "stale_lease"]);
    }
    const appended = await say(pair, "output", first, {
      messages: [{ role: "assistant", content: "late" }],
    });
    expect([appended.status, appended.body.error]).toEqual([409, "stale_lease"]);
    const done = await say(pair, "complete", second, { result: "right" });
    expect(done.body.task).toMatchObject({ status: "completed", attempt: 2, result: "right" });
    const { body } = await pair.owner.get(`/api/v1/sessions/${run.session_id}/messages`);
    expect(body.messages.map(({ content }: { content: string }) => content)).not.toContain("late");
  });

  it("heartbeats keep it, and tell what is wanted", async () => {
    const pair = pairOf(target);
    const { session_id: id } = await createRun(pair);
    const lease = await claimNext(pair, { lease_seconds: 1 });
    await say(pair, "progress", lease, { progress: 1 });
    for (const until = Date.now() + 2500; Date.now() < until; ) {
      const beat = await say(pair, "heartbeat", lease);
      expect(beat.body.signal).toBe("continue");
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await pair.owner.post(`/api/v1/sessions/${id}/pause`);
    expect((await say(pair, "heartbeat", lease)).body.signal).toBe("pause");
    await pair.owner.post(`/api/v1/sessions/${id}/resume`);
    expect((await say(pair, "heartbeat", lease)).body.signal).toBe("continue");
    await pair.owner.post(`/api/v1/sessions/${id}/cancel`, { reason: "enough" });
    expect((await say(pair, "heartbeat", lease)).body).toMatchObject({
      signal: "cancel",
      lease_expires_at: null,
    });
  });

  it("after its last attempt a lost task fails", async () => {
    const pair = pairOf(target);
    const { session_id: id } = await createRun(pair, { max_attempts: 1 });
    await claimNext(pair, { lease_seconds: 1 });
    await expect
      .poll(async () => (await pair.owner.get(`/api/v1/sessions/${id}`)).body.status, {
        timeout: 20_000,
      })
      .toBe("failed");
    const { body } = await pair.owner.get(`/api/v1/sessions/${id}`);
    expect(body.error_details).toMatchObject({ code: "worker_lost" });
  });

  it("what failed in a way that may pass is offered again, until its attempts are used up", async () => {
    const pair = pairOf(target);
    const { session_id: id } = await createRun(pair, { max_attempts: 2 });
    const again = { retryable: true, retry_after_ms: 0, error_code: "flaky", error_message: "x" };
    const one = await say(pair, "fail", await claimNext(pair), again);
    expect(one.body).toMatchObject({ will_retry: true, task: { status: "queued" } });
    const two = await say(pair, "fail", await claimNext(pair), again);
    expect(two.body).toMatchObject({ will_retry: false, task: { status: "failed" } });
    const { body } = await pair.owner.get(`/api/v1/sessions/${id}`);
    expect([body.status, body.error_details.code]).toEqual(["failed", "flaky"]);
  });

  it("what a worker gives back is offered at once, and the attempt does not count", async () => {
    const pair = pairOf(target);
    await createRun(pair, { max_attempts: 1 });
    await say(pair, "fail", await claimNext(pair), { returned: true });
    expect((await claimNext(pair))?.task.attempt).toBe(1);
  });

  it("a claim waits for work", async () => {
    const pair = pairOf(target);
    const waiting = claimNext(pair, { wait_ms: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const run = await createRun(pair);
    expect((await waiting)?.session.session_id).toBe(run.session_id);
    const began = Date.now();
    expect(await claimNext(pair, { wait_ms: 300 })).toBeUndefined();
    expect(Date.now() - began).toBeGreaterThanOrEqual(290);
  });

  it("a claim whose answer was lost is answered again", async () => {
    const pair = pairOf(target);
    await createRun(pair);
    await createRun(pair);
    const request_id = crypto.randomUUID();
    const first = await claimNext(pair, { request_id });
    const again = await claimNext(pair, { request_id });
    expect([again.lease_id, again.task.task_id]).toEqual([first.lease_id, first.task.task_id]);
    expect((await claimNext(pair))?.task.task_id).not.toBe(first.task.task_id);
  });

  it("fifty workers at once get fifty different tasks", async () => {
    const pair = pairOf(target);
    await Promise.all(Array.from({ length: 50 }, () => createRun(pair)));
    const claims = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        claimNext(pair, { worker_id: `worker-${i}`, wait_ms: 2000 }),
      ),
    );
    const ids = claims.flatMap((lease) => lease?.task.task_id ?? []);
    expect([ids.length, new Set(ids).size]).toEqual([50, 50]);
  });

  it("only workers are workers, each for its own tenant", async () => {
    const pair = pairOf(target);
    await createRun(pair);
    const claim = { worker_id: "w", agent_ids: [pair.agentId] };
    const user = await pair.owner.post("/api/v1/worker/tasks/claim", claim);
    expect([user.status, user.body.error]).toEqual([403, "scope_denied"]);
    const other = { "x-tenant-id": "another" };
    const foreign = await pair.worker.post("/api/v1/worker/tasks/claim", claim, other);
    expect(foreign.body).toEqual({ assignment: null });
    const asked = { ...claim, tenant_ids: ["dev-tenant"] };
    const refused = await pair.worker.post("/api/v1/worker/tasks/claim", asked, other);
    expect(refused.status).toBe(403);
    const roles = { ...other, "x-roles": "worker,admin" };
    const allowed = await pair.worker.post("/api/v1/worker/tasks/claim", asked, roles);
    expect(allowed.body.assignment?.task.status).toBe("initializing");
    const lease = allowed.body.assignment;
    const wall = await pair.worker.post(
      `/api/v1/worker/tasks/${lease.task.task_id}/complete`,
      { lease_id: lease.lease_id, result: "r" },
      other,
    );
    expect([wall.status, wall.body.error]).toEqual([404, "task_not_found"]);
  });
}
