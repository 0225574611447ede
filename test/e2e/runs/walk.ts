import { expect, it } from "vitest";
import { UUID_V7 } from "../conversation/target.ts";
import { claimNext, createRun, pairOf, say, type Target } from "./owner.ts";

export function walkSuite(target: Target): void {
  it("goes from the prompt to results, history and metrics", async () => {
    const pair = pairOf(target);
    const { owner } = pair;
    const run = await createRun(pair, {
      session_type: "analysis",
      budget: { max_cost: 2, max_tokens: 10_000 },
      preferences: { depth: "thorough" },
      metadata: { ticket: 7 },
    });
    const path = `/api/v1/sessions/${run.session_id}`;
    expect(run).toMatchObject({
      session_id: expect.stringMatching(UUID_V7),
      status: "queued",
      session_type: "analysis",
      estimated_duration: expect.any(Number),
      cost_estimate: { amount: expect.any(Number), currency: "USD" },
      preferences: { depth: "thorough" },
      metadata: { ticket: 7 },
      budget: { max_cost: 2, max_tokens: 10_000 },
      token_budget: 10_000,
      created_at: expect.any(String),
    });
    const none = await owner.get(`${path}/results`);
    expect([none.status, none.body.error]).toEqual([404, "results_not_available"]);

    const lease = await claimNext(pair);
    expect(lease).toMatchObject({
      task: { query: "Compare the two proposals", type: "analysis", attempt: 1 },
      session: { session_id: run.session_id, preferences: { depth: "thorough" } },
    });
    expect((await owner.get(path)).body.status).toBe("initializing");

    const stage = { progress: 40, current_stage: "reading" };
    expect((await say(pair, "progress", lease, stage)).body).toMatchObject({ signal: "continue" });
    await say(pair, "usage", lease, {
      reports: [
        { model: "m-1", input_tokens: 700, output_tokens: 300, cost: 0.25, agent_id: "reader" },
        { model: "m-2", input_tokens: 100, output_tokens: 100, cost: 0.05, tool: "search" },
      ],
    });
    await say(pair, "output", lease, {
      events: [{ name: "decision", message: "take the second", payload: { choice: 2 } }],
    });
    const running = (await owner.get(path)).body;
    expect(running).toMatchObject({
      status: "running",
      progress: 40,
      current_stage: "reading",
      tokens_used: 1200,
      cost: 0.3,
      resource_usage: { tokens_used: 1200, input_tokens: 800, output_tokens: 400, cost: 0.3 },
    });

    const done = await say(pair, "complete", lease, {
      result: "The second one is cheaper.",
      results: { choice: 2 },
      summary: "Second.",
      citations: [{ title: "Proposal 2", url: "https://example.com/2" }],
      confidence_score: 0.8,
    });
    expect(done.body.task).toMatchObject({ status: "completed", total_tokens: 1200 });

    const after = (await owner.get(path)).body;
    expect(after).toMatchObject({
      status: "completed",
      is_active: false,
      progress: 100,
      results: { choice: 2 },
      success_rate: 1,
    });
    const results = (await owner.get(`${path}/results?include_metadata=true`)).body;
    expect(results).toMatchObject({
      session_id: run.session_id,
      results: { choice: 2 },
      summary: "Second.",
      citations: [{ title: "Proposal 2" }],
      confidence_score: 0.8,
      execution_metadata: { task: { task_id: lease.task.task_id } },
    });
    const unknown = await owner.get(`${path}/results?format=papyrus`);
    expect([unknown.status, unknown.body.error]).toEqual([400, "unsupported_format"]);

    const history = (await owner.get(`${path}/history`)).body;
    expect(history).toMatchObject({
      session_id: run.session_id,
      total: 1,
      tasks: [
        {
          task_id: lease.task.task_id,
          workflow_id: lease.task.task_id,
          query: "Compare the two proposals",
          status: "completed",
          mode: null,
          result: "The second one is cheaper.",
          total_tokens: 1200,
          total_cost_usd: 0.3,
          duration_ms: expect.any(Number),
          agents_used: ["reader"],
          tools_invoked: ["search"],
          started_at: expect.any(String),
          completed_at: expect.any(String),
        },
      ],
    });
    const types = history.timeline.map(({ type }: { type: string }) => type);
    expect(types).toEqual([
      "session_created",
      "message",
      "task_submitted",
      "task_claimed",
      "task_progressed",
      "usage_reported",
      "usage_reported",
      "agent_event",
      "message",
      "task_completed",
    ]);
    expect(history.decision_points).toMatchObject([{ payload: { choice: 2 } }]);
    expect(history.stage_transitions.at(-1)).toMatchObject({ status: "completed" });
    expect(history.resource_allocations).toMatchObject([
      { resource: "worker", action: "allocated" },
      { resource: "worker", action: "released" },
    ]);

    const metrics = (await owner.get(`${path}/metrics`)).body;
    expect(metrics).toMatchObject({
      execution_time: expect.any(Number),
      resource_usage: { tokens_used: 1200, task_count: 1 },
      cost_breakdown: { total: 0.3, currency: "USD", budget: 2 },
      performance_metrics: { tasks_completed: 1, success_rate: 1 },
      efficiency_score: 1,
    });
    const messages = (await owner.get(`${path}/messages`)).body.messages;
    expect(messages.map(({ role, content }: Record<string, string>) => [role, content])).toEqual([
      ["user", "Compare the two proposals"],
      ["assistant", "The second one is cheaper."],
    ]);
    const events = (await owner.get(`${path}/events`)).body;
    expect(events.turns).toMatchObject([
      {
        turn: 1,
        task_id: lease.task.task_id,
        user_query: "Compare the two proposals",
        final_output: "The second one is cheaper.",
        metadata: { tokens_used: 1200, agents_involved: [pair.agentId, "reader"] },
      },
    ]);
  });

  it.each([
    [{ prompt: "" }, "prompt"],
    [{ prompt: " \n" }, "prompt"],
    [{ session_type: "analysis" }, "session_type"],
    [{ prompt: "p", session_type: "guessing" }, "session_type"],
    [{ preferences: { a: 1 } }, "preferences"],
    [{ prompt: "p", budget: { max_cost: -1 } }, "budget.max_cost"],
    [{ prompt: "p", budget: { max_cost: 0.0000001 } }, "budget.max_cost"],
    [{ prompt: "p", time_limit: "0s" }, "time_limit"],
  ])("refuses %o, naming %s", async (body, field) => {
    const answer = await pairOf(target).owner.post("/api/v1/sessions", body);
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_argument"]);
    expect(JSON.stringify(answer.body.details)).toContain(field);
  });

  it("a list tells of runs by their type, and sums them up", async () => {
    const pair = pairOf(target);
    await createRun(pair, { session_type: "synthesis" });
    await createRun(pair);
    const { body: list } = await pair.owner.get("/api/v1/sessions?session_type=synthesis");
    expect(list).toMatchObject({ total_count: 1, sessions: [{ session_type: "synthesis" }] });
    const { body: all } = await pair.owner.get("/api/v1/sessions?status=queued");
    expect(all.summary).toMatchObject({ by_type: { synthesis: 1, research: 1 }, tokens_used: 0 });
    expect(all.sessions[0]).toMatchObject({
      latest_task: { status: "queued", query: "Compare the two proposals" },
      is_research_session: true,
      results: null,
    });
  });

  it("a run that is deleted is cancelled first, and its worker is told", async () => {
    const pair = pairOf(target);
    const run = await createRun(pair);
    const lease = await claimNext(pair);
    expect((await pair.owner.delete(`/api/v1/sessions/${run.session_id}`)).status).toBe(204);
    expect((await say(pair, "heartbeat", lease)).body).toMatchObject({ signal: "cancel" });
    const late = await say(pair, "complete", lease, { result: "late" });
    expect([late.status, late.body.error]).toEqual([409, "stale_lease"]);
    await pair.owner.post(`/api/v1/sessions/${run.session_id}/restore`);
    const { body } = await pair.owner.get(`/api/v1/sessions/${run.session_id}`);
    expect(body.status).toBe("cancelled");
  });
}
