import { describe, expect, it } from "vitest";
import type { RestAnswer } from "../../support/rest.ts";
import { claimNext, pairOf, say, type Target } from "./owner.ts";

export function tasksSuite(target: Target): void {
  const submit = (
    pair: ReturnType<typeof pairOf>,
    fields: Record<string, unknown> = {},
  ): Promise<RestAnswer> =>
    pair.owner.post("/api/v1/tasks", { query: "What now?", agent_id: pair.agentId, ...fields });

  it("creates the session it is for, and says both ids in headers too", async () => {
    const pair = pairOf(target);
    const { status, headers, body } = await submit(pair);
    expect([status, body.created_session]).toEqual([201, true]);
    expect(headers.get("x-session-id")).toBe(body.session_id);
    expect(headers.get("x-task-id")).toBe(body.task.task_id);
    const own = await submit(pair, { session_id: `mine-${crypto.randomUUID()}` });
    expect([own.status, own.body.created_session]).toEqual([201, true]);
    const again = await submit(pair, { session_id: own.body.session_id });
    expect([again.body.session_id, again.body.created_session]).toEqual([
      own.body.session_id,
      false,
    ]);
    const foreign = await submit(pairOf(target), { session_id: own.body.session_id });
    expect([foreign.status, foreign.body.created_session]).toEqual([201, true]);
    expect(foreign.body.session_id).not.toBe(own.body.session_id);
  });

  it("works on one task of a conversation at a time, each as a turn", async () => {
    const pair = pairOf(target);
    const { session_id: id } = (await submit(pair, { query: "one" })).body;
    await submit(pair, { query: "two", session_id: id });
    const path = `/api/v1/sessions/${id}`;
    const first = await claimNext(pair);
    expect(first.task).toMatchObject({ query: "one", number: 1, type: "task" });
    expect((await pair.owner.get(path)).body.status).toBe("running");
    expect(await claimNext(pair)).toBeUndefined();
    await say(pair, "complete", first, { result: "1" });
    const second = await claimNext(pair);
    expect(second.task).toMatchObject({ query: "two", number: 2 });
    await say(pair, "complete", second, { result: "2" });
    const { body: log } = await pair.owner.get(`${path}/log`);
    const asked = log.events.filter(
      (event: { message?: { role: string } }) => event.message?.role === "user",
    );
    expect(asked.map(({ actor }: { actor: unknown }) => actor)).toEqual(
      Array(2).fill({ type: "user", id: pair.userId }),
    );
    const { body } = await pair.owner.get(`${path}/turns?sort=asc`);
    expect(
      body.items.map((turn: Record<string, string>) => [turn.user_message, turn.agent_response]),
    ).toEqual([
      ["one", "1"],
      ["two", "2"],
    ]);
    expect((await pair.owner.get(path)).body).toMatchObject({ status: "active", task_count: 2 });
    const tasks = (await pair.owner.get(`${path}/tasks`)).body;
    expect(tasks).toMatchObject({ total: 2, has_more: false });
    expect(tasks.tasks.map(({ number }: { number: number }) => number)).toEqual([2, 1]);
  });

  describe("where one is worked on", () => {
    async function busy() {
      const pair = pairOf(target);
      const { body } = await submit(pair);
      const lease = await claimNext(pair);
      return { pair, id: body.session_id, lease };
    }

    it("rejects another if asked to", async () => {
      const { pair, id } = await busy();
      const { status, body } = await submit(pair, { session_id: id, on_busy: "reject" });
      expect([status, body.error]).toEqual([409, "session_busy"]);
    });

    it("interrupts it if asked to", async () => {
      const { pair, id, lease } = await busy();
      await submit(pair, { session_id: id, query: "waits" });
      await submit(pair, { session_id: id, query: "urgent", on_busy: "interrupt" });
      expect((await say(pair, "heartbeat", lease)).body.signal).toBe("cancel");
      expect((await claimNext(pair)).task.query).toBe("urgent");
      const cancelled = await pair.owner.get(`/api/v1/tasks/${lease.task.task_id}`);
      expect(cancelled.body).toMatchObject({ status: "cancelled", error_code: "interrupted" });
    });

    it("ends one that waits, and leaves the other alone", async () => {
      const { pair, id, lease } = await busy();
      const waiting = (await submit(pair, { session_id: id })).body.task.task_id;
      const { body } = await pair.owner.post(`/api/v1/tasks/${waiting}/cancel`);
      expect(body.status).toBe("cancelled");
      const twice = await pair.owner.post(`/api/v1/tasks/${waiting}/cancel`);
      expect([twice.status, twice.body.error]).toEqual([400, "session_cannot_be_cancelled"]);
      expect((await say(pair, "heartbeat", lease)).body.signal).toBe("continue");
    });

    it("cancels, pauses and resumes what is worked on, and stays a conversation", async () => {
      const { pair, id, lease } = await busy();
      await say(pair, "progress", lease, { progress: 1 });
      const control = (what: string) => pair.owner.post(`/api/v1/sessions/${id}/${what}`);
      expect((await control("pause")).body).toEqual({ session_id: id, status: "paused" });
      expect((await control("resume")).body.status).toBe("running");
      const cancelled = (await control("cancel")).body;
      expect(cancelled).toEqual({ session_id: id, status: "active", refund_amount: null });
      const nothing = await control("cancel");
      expect([nothing.status, nothing.body.error]).toEqual([400, "session_cannot_be_cancelled"]);
    });
  });

  it("a run takes no other task", async () => {
    const pair = pairOf(target);
    const run = await pair.owner.post("/api/v1/sessions", { prompt: "p" });
    const { status, body } = await submit(pair, { session_id: run.body.session_id });
    expect([status, body.error]).toEqual([409, "session_busy"]);
  });

  it("a retry is answered with the first task", async () => {
    const pair = pairOf(target);
    const fields = { request_id: crypto.randomUUID(), session_id: `s-${crypto.randomUUID()}` };
    const [one, two] = [await submit(pair, fields), await submit(pair, fields)];
    expect(two.body).toEqual(one.body);
    const other = await submit(pair, { ...fields, query: "something else" });
    expect([other.status, other.body.error]).toEqual([409, "idempotency_conflict"]);
  });

  it("another's task does not exist", async () => {
    const pair = pairOf(target);
    const id = (await submit(pair)).body.task.task_id;
    const stranger = pairOf(target).owner;
    for (const task of [id, crypto.randomUUID(), "no-uuid"]) {
      const read = await stranger.get(`/api/v1/tasks/${task}`);
      const cancelled = await stranger.post(`/api/v1/tasks/${task}/cancel`);
      expect([read.status, read.body.error]).toEqual([404, "task_not_found"]);
      expect([cancelled.status, cancelled.body.error]).toEqual([404, "task_not_found"]);
    }
  });

  it.each([
    [{ query: "" }, "query"],
    [{ query: "  " }, "query"],
    [{ session_id: "not ok" }, "session_id"],
    [{ type: "not ok" }, "type"],
    [{ max_attempts: 0 }, "max_attempts"],
  ])("refuses %o, naming %s", async (fields, field) => {
    const { status, body } = await submit(pairOf(target), fields);
    expect([status, body.error]).toEqual([400, "invalid_argument"]);
    expect(JSON.stringify(body.details)).toContain(field);
  });

  it("a budget of tokens ends the work when it is spent", async () => {
    const pair = pairOf(target);
    const { body: session } = await pair.owner.post("/api/v1/sessions", {
      budget: { max_tokens: 100 },
      agent_id: pair.agentId,
    });
    await submit(pair, { session_id: session.session_id });
    const lease = await claimNext(pair);
    const report = { reports: [{ model: "m", tokens: 101 }] };
    const { body } = await say(pair, "usage", lease, report);
    expect(body).toMatchObject({ signal: "cancel", tokens_used: 101 });
    const task = await pair.owner.get(`/api/v1/tasks/${lease.task.task_id}`);
    expect(task.body).toMatchObject({ status: "failed", error_code: "budget_exceeded" });
    const refused = await submit(pair, { session_id: session.session_id });
    expect([refused.status, refused.body.error]).toEqual([402, "budget_exceeded"]);
    await pair.owner.patch(`/api/v1/sessions/${session.session_id}`, {
      budget: { max_tokens: 1000 },
    });
    expect((await submit(pair, { session_id: session.session_id })).status).toBe(201);
  });

  it("a budget may hold the work instead, until it is raised", async () => {
    const pair = pairOf(target);
    const budget = { max_cost: 0.1, policy: "pause" };
    const { body: session } = await pair.owner.post("/api/v1/sessions", {
      budget,
      agent_id: pair.agentId,
    });
    const path = `/api/v1/sessions/${session.session_id}`;
    await submit(pair, { session_id: session.session_id });
    const lease = await claimNext(pair);
    await say(pair, "progress", lease, { progress: 1 });
    const { body } = await say(pair, "usage", lease, { reports: [{ model: "m", cost: 0.2 }] });
    expect(body).toMatchObject({ signal: "pause", cost: 0.2 });
    const early = await pair.owner.post(`${path}/resume`);
    expect([early.status, early.body.error]).toEqual([402, "budget_exceeded"]);
    await pair.owner.patch(path, { budget: { ...budget, max_cost: 1 } });
    expect((await pair.owner.post(`${path}/resume`)).body.status).toBe("running");
  });
}
