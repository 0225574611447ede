import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { type Call, call, patch, post, type Subject } from "./session-calls.ts";

const dollars = (most: number) =>
  fc.integer({ min: 0, max: most * 1e6 }).map((micros) => micros / 1e6);
const tokens = fc.integer({ min: 0, max: 500 });
const name = fc.constantFrom("a", "b", "");

const report = fc.record({
  model: fc.constantFrom("m", "n", ""),
  input_tokens: tokens,
  output_tokens: tokens,
  tokens: fc.constantFrom(0, 0, 7),
  cost: dollars(0.4),
  agent_id: name,
  tool: name,
});

/** Of a run it is held, and what most of them cost stays below it. */
export const budget = fc.record(
  {
    max_cost: dollars(3),
    max_tokens: fc.integer({ min: 0, max: 5000 }),
    policy: fc.constantFrom("warn", "pause", "fail"),
  },
  { requiredKeys: ["policy", "max_cost"] },
);

/** What the worker says about the task that it has, or about one that it had. */
const say = (what: string, fields: object, old = false) =>
  call(
    `${what}${old ? " of an old lease" : ""} ${JSON.stringify(fields)}`,
    ({ worker, leases }) => {
      const lease = old ? leases[0] : leases.at(-1);
      const { taskId, leaseId } = lease ?? { taskId: crypto.randomUUID(), leaseId: "none" };
      return worker.post(`/api/v1/worker/tasks/${taskId}/${what}`, {
        lease_id: leaseId,
        ...fields,
      });
    },
  );

const claim = (seconds: number) =>
  call(`claim for ${seconds} s`, async ({ worker, agentId, leases }) => {
    const wish = { worker_id: "w", agent_ids: [agentId], lease_seconds: seconds };
    const answer = await worker.post("/api/v1/worker/tasks/claim", wish);
    const { task, lease_id: leaseId } = answer.body.assignment ?? {};
    if (task !== undefined) leases.push({ taskId: task.task_id, leaseId });
    return answer;
  });

/** What runs can be paused. */
const claimAndBegin = call("claim and begin", async (subject) => {
  const answer = await claim(600).send(subject);
  const begun = await say("progress", { progress: 1 }).send(subject);
  return answer.body.assignment ? begun : answer;
});

/** Goes on in a copy: it has the log of the work, and none of the work. */
const fork = call("fork", async (subject) => {
  const answer = await subject.owner.post(`${subject.path}/fork`, {});
  if (answer.status !== 201) return answer;
  subject.originals.push(subject.path);
  subject.path = `/api/v1/sessions/${answer.body.session_id}`;
  return answer;
});

const cancelLatest = call("cancel the latest task", async ({ owner, path }: Subject) => {
  const { body } = await owner.get(path);
  return owner.post(`/api/v1/tasks/${body.latest_task?.task_id ?? "none"}/cancel`, {});
});

/** Until a lease of a second is over, and somebody has seen it. */
const wait = call("wait", async ({ owner, path }) => {
  await pause(1600);
  return owner.get(path);
});

/** Ends the session's time and takes it back; its work does not come back. */
export const EXPIRE_AND_REVIVE = call("expire and revive", async ({ owner, path }) => {
  const expires_at = new Date(Date.now() + 500);
  await owner.post(`${path}/extend`, { expires_at, allow_shorten: true });
  await pause(2100);
  return owner.post(`${path.replace("/sessions/", "/archives/")}/revive`, { ttl: "9000s" });
});

const submission = fc.record(
  {
    query: fc.constantFrom("q", "ü".repeat(300)),
    on_busy: fc.constantFrom("enqueue", "reject", "interrupt"),
    mode: name,
    metadata: fc.constantFrom({ research_strategy: "s" }, { b: [null] }),
    max_attempts: fc.integer({ min: 1, max: 3 }),
    time_limit: fc.constantFrom("1s", "60s", "60s"),
  },
  { requiredKeys: ["query", "max_attempts"] },
);
const failure = fc.record({
  retryable: fc.boolean(),
  returned: fc.constantFrom(false, false, true),
  retry_after_ms: fc.constant(0),
  error_code: name,
});
const completion = fc.record({
  result: fc.constantFrom("", "done"),
  metadata: fc.constantFrom(undefined, { b: 1 }),
  confidence_score: fc.constantFrom(undefined, 0.5),
});
const output = fc.constantFrom(
  { messages: [{ role: "assistant", content: "so far" }] },
  { messages: [{ role: "user", content: "and?" }], events: [{ name: "decision" }] },
);
const progress = fc.record({
  progress: fc.integer({ min: 0, max: 100 }),
  current_stage: fc.constantFrom(undefined, "s", "t"),
  workflow_id: name,
});

const control = fc.constantFrom(
  post("/pause", {}),
  post("/pause", { reason: "r" }),
  post("/resume", {}),
  post("/resume", {}),
);

/** What can be done to the work of a session, each as often as its weight says. */
export const WORK_CALLS: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: submission.map((task) => post("/tasks", task)) },
  { weight: 3, arbitrary: fc.constantFrom(600, 600, 1).map(claim) },
  { weight: 4, arbitrary: fc.constant(claimAndBegin) },
  { weight: 3, arbitrary: progress.map((fields) => say("progress", fields)) },
  {
    weight: 4,
    arbitrary: fc
      .array(report, { minLength: 1, maxLength: 3 })
      .map((reports) => say("usage", { reports })),
  },
  { weight: 2, arbitrary: output.map((fields) => say("output", fields)) },
  { weight: 6, arbitrary: control },
  { weight: 2, arbitrary: failure.map((fields) => say("fail", fields)) },
  completion.map((fields) => say("complete", fields)),
  completion.map((fields) => say("complete", fields, true)),
  budget.map((given) => patch("", { budget: given })),
  fc.constantFrom(say("heartbeat", {}), post("/cancel", { reason: "r" }), cancelLatest),
  fc.constantFrom(patch("", { update_mask: "budget" }), fork, wait),
);
