import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiDescription, type DocumentedOperation } from "../support/openapi.ts";
import { uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { sse } from "../support/sse.ts";

const api = new ApiDescription();

/** An id that nobody has. */
const NOBODYS = "nobodys";

/** Headers of a caller who has every role that an operation can need. */
const ROLES = { "x-roles": "user,worker,admin" };

interface Call {
  /** What the path names. */
  readonly id?: string;
  /** The same where it names several things, in that order. */
  readonly ids?: readonly string[];
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

describe("what the service answers is as the document says", () => {
  let service: TestService;
  const user = uniqueUser();
  beforeAll(async () => {
    service = await startService({ PARLEY_ACCOUNTS: "on" });
  });
  afterAll(() => service.close());

  const send = async ({ method, template }: DocumentedOperation, call: Call) => {
    const ids = [...(call.ids ?? [])];
    const path = template.replace(/\{[^}]+\}/g, () =>
      encodeURIComponent(ids.shift() ?? call.id ?? NOBODYS),
    );
    const response = await fetch(`${service.url}${path}?${call.query ?? ""}`, {
      method,
      headers: {
        "x-user-id": user,
        ...(call.body !== undefined && { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
    const text = await response.text();
    return { response, text, body: text === "" ? undefined : JSON.parse(text) };
  };

  /** Calls an operation and holds request and answer to the document. */
  const call = async (operationId: string, status: number, options: Call = {}) => {
    if (options.body !== undefined && status < 300) {
      expect(api.requestProblems(operationId, options.body)).toEqual([]);
    }
    const { response, body } = await send(api.operation(operationId), options);
    expect(response.status, JSON.stringify(body)).toBe(status);
    const type = response.headers.get("content-type");
    expect(api.answerProblems(operationId, status, type, body)).toEqual([]);
    return { body, etag: response.headers.get("etag") ?? "" };
  };

  it.each(api.operations.map((each) => [each.operation.operationId, each] as const))(
    "%s is routed, and fails as described",
    async (operationId, operation) => {
      const { response, body } = await send(operation, {
        headers: { accept: "application/json", ...ROLES },
        ...(operation.operation.requestBody && { body: {} }),
      });
      const type = response.headers.get("content-type");
      expect(api.answerProblems(operationId, response.status, type, body)).toEqual([]);
      const unrouted = ["not_found", "method_not_allowed", "unimplemented", "internal"];
      expect(unrouted).not.toContain(body?.error);
    },
  );

  it("sessions, from creation to restoration", async () => {
    const id = "described";
    const session = {
      session_id: id,
      title: "All of it",
      agent_id: "agent",
      external_id: "outside",
      context: { deep: [{ a: null }] },
      metadata: { x: 1.5 },
      labels: { kind: "test" },
      ttl: "3600s",
    };
    const { etag } = await call("createSession", 201, { body: session });
    await call("createSession", 200, { body: session });
    await call("createSession", 201, { body: { title: null, context: null } });
    await call("getSession", 200, { id });
    await call("getSession", 304, { id, headers: { "if-none-match": etag } });
    await call("getLatestSession", 200);
    await call("checkSessionExists", 200, { id });
    await call("listSessions", 200, { query: "limit=1&status=active&order=asc" });
    const { body } = await call("updateSession", 200, {
      id,
      headers: { "if-match": etag },
      body: { title: "Other", labels: { kind: "" }, update_mask: "title,labels" },
    });
    expect(body.title).toBe("Other");
    await call("updateSession", 412, { id, headers: { "if-match": etag }, body: { title: "No" } });
    await call("updateSession", 409, { id, body: { title: "No", etag: "1-1-x" } });
    await call("deleteSession", 204, { id });
    await call("getSession", 404, { id });
    await call("restoreSession", 200, { id, body: {} });
  });

  it("messages of every kind, as messages, turns, events and log", async () => {
    const { body } = await call("createSession", 201, { body: {} });
    const id = body.session_id;
    const parts = [
      { text: "text" },
      { file: { uri: "https://example.com/a.png", media_type: "image/png", size_bytes: 5 } },
      { tool_call: { call_id: "1", name: "search", input: { q: [1, "a"] } } },
      { data: [1, null, { a: true }] },
    ];
    const result = { call_id: "1", name: "search", output: { found: 0 }, is_error: false };
    const messages = [
      { role: "user", content: "Find it", metadata: { a: 1 }, name: "Ada" },
      { role: "assistant", parts },
      { role: "tool", parts: [{ tool_result: result }] },
      { role: "system", content: "Enough" },
    ];
    await call("appendMessages", 201, { id, body: { messages } });
    const key = { headers: { "idempotency-key": "k" } };
    await call("appendMessages", 201, { id, body: { messages, request_id: "k" }, ...key });
    await call("appendMessages", 409, { id, body: { messages: messages.slice(1) }, ...key });
    const read = await call("listMessages", 200, { id, query: "limit=100" });
    expect(read.body.messages).toHaveLength(8);
    await call("listTurns", 200, { id });
    await call("listTurnEvents", 200, { id, query: "include_payload=true" });
    await call("listEvents", 200, { id });
    await call("listEvents", 200, { id, query: "include_payload=false" });
  });

  it("comments, from the first to the last", async () => {
    const { body } = await call("createSession", 201, { body: {} });
    const id = body.session_id;
    const question = { content: "Why?", comment_type: "question", reference_point: "seq:1" };
    await call("addComment", 201, { id, body: question });
    const reference = { text: "all of it" };
    const made = await call("addComment", 201, { id, body: { content: "So", reference } });
    await call("addComment", 400, { id, body: { content: "x", reference_point: "turn:9" } });
    await call("listComments", 200, { id, query: "limit=1&resolved=false" });
    const ids = [id, made.body.comment_id];
    await call("getComment", 200, { ids });
    await call("updateComment", 200, {
      ids,
      body: { content: "So what", comment_type: "insight" },
    });
    await call("resolveComment", 200, { ids, body: { resolved: true } });
    await call("deleteComment", 204, { ids });
    await call("getComment", 404, { ids });
  });

  it("money, a run and what becomes of it", async () => {
    await call("getAccount2", 200);
    await call("depositFunds", 201, { id: user, headers: ROLES, body: { amount: 10, note: "n" } });
    const budget = { max_cost: 2, max_tokens: 1000, policy: "warn" };
    const run = { prompt: "Compare them", session_type: "analysis", budget };
    const { body } = await call("createSession", 201, { body: run });
    const id = body.session_id;
    await call("createSession", 402, { body: { ...run, budget: { max_cost: 100 } } });
    await call("getSessionResults", 404, { id });
    const claim = { worker_id: "w", types: ["analysis"], lease_seconds: 60 };
    await call("claimTask", 403, { body: claim });
    const claimed = await call("claimTask", 200, { headers: ROLES, body: claim });
    await call("claimTask", 200, { headers: ROLES, body: claim });
    const { task, lease_id } = claimed.body.assignment;
    const say = (operationId: string, status: number, fields: object, lease = lease_id) =>
      call(operationId, status, {
        id: task.task_id,
        headers: ROLES,
        body: { lease_id: lease, ...fields },
      });
    await say("heartbeat", 200, {});
    await say("reportProgress", 200, { progress: 5, current_stage: "reading" });
    await say("reportProgress", 409, { progress: 5 }, "another");
    await call("pauseSession", 200, { id, body: { reason: "later" } });
    await call("pauseSession", 400, { id, body: {} });
    await call("resumeSession", 200, { id, body: {} });
    const message = { role: "assistant", content: "So far", message_id: crypto.randomUUID() };
    const { message_id } = message;
    await say("publishTaskPartial", 200, { message_id, offset: 0, text: "So" });
    const events = [{ name: "decision", message: "Both", payload: { k: [1] } }];
    await say("appendTaskOutput", 200, { messages: [message], events });
    const reports = [{ model: "m", input_tokens: 800, output_tokens: 300, cost: 0.5, tool: "t" }];
    await say("reportUsage", 200, { reports });
    await call("getSession", 200, { id });
    const citations = [{ title: "T", url: "https://example.com", metadata: { a: 1 } }];
    const outcome = { result: "Done", citations, confidence_score: 1, follow_on: { a: [] } };
    await say("completeTask", 200, { ...outcome, metadata: { took: "long" } });
    await call("getSession", 200, { id });
    await call("getSessionResults", 200, { id, query: "include_metadata=true" });
    await call("getSessionHistory", 200, { id });
    await call("getSessionMetrics", 200, { id });
    await call("getTask", 200, { id: task.task_id });
    await call("cancelSession", 400, { id, body: {} });
    await call("listLedgerEntries2", 200);
    await call("getAccount", 200, { id: user });
    await call("getAccount", 403, { id: "another" });
    await call("listSessions", 200, { query: "session_type=analysis" });
  });

  it("tasks of a conversation", async () => {
    const fields = { session_id: "with-tasks", type: "t", mode: "quick", metadata: { a: null } };
    await call("submitTask", 201, { body: { query: "One", ...fields } });
    const second = await call("submitTask2", 201, { id: "with-tasks", body: { query: "Two" } });
    const reject = { query: "Three", on_busy: "reject" };
    await call("submitTask2", 409, { id: "with-tasks", body: reject });
    await call("listTasks", 200, { query: "status=queued&limit=1" });
    await call("listTasks2", 200, { id: "with-tasks" });
    const id = second.body.task.task_id;
    await call("cancelTask", 200, { id, body: { reason: "no" } });
    await call("getTask", 200, { id });
    const claim = { worker_id: "w", types: ["t"] };
    const { body } = await call("claimTask", 200, { headers: ROLES, body: claim });
    const { task, lease_id } = body.assignment;
    await call("failTask", 200, {
      id: task.task_id,
      headers: ROLES,
      body: { lease_id, error_code: "c", error_message: "m", retryable: true },
    });
    await call("getSessionMetrics", 200, { id: "with-tasks" });
    const cancelled = await call("cancelSession", 200, { id: "with-tasks", body: {} });
    expect(cancelled.body).toMatchObject({ status: "active", refund_amount: null });
  });

  it("needs the roles that the document names", async () => {
    const needing = api.operations.filter(({ operation }) =>
      operation.security?.some(({ roles }) => roles !== undefined),
    );
    expect(needing.length).toBeGreaterThan(8);
    for (const each of needing) {
      const { operationId, security = [] } = each.operation;
      const believed = security.flatMap(({ roles }) => roles ?? []);
      expect(["worker", "admin"]).toContain(believed[0]);
      const reads = each.method.toLowerCase() === "get";
      const given = reads ? {} : { body: leastBody(operationId) };
      const { response, body } = await send(each, given);
      expect([operationId, response.status, body.error]).toEqual([
        operationId,
        403,
        "scope_denied",
      ]);
    }
  });

  it("errors that name their fields", async () => {
    const { body } = await call("appendMessages", 400, {
      id: "x",
      body: { messages: [{ role: "nobody" }] },
    });
    expect(body.details[0].field_violations[0].field).toBe("messages[0].role");
    await call("listSessions", 400, { query: "nothing=1" });
    await call("listSessions", 406, { headers: { accept: "image/png" } });
    await call("createSession", 415, { headers: { "content-type": "image/png" }, body: {} });
  });

  it("a watch, as events and as lines", async () => {
    const { body } = await call("createSession", 201, { body: {} });
    const { template } = api.operation("watchSession");
    const url = `${service.url}${template.replace("{session_id}", body.session_id)}?after_seq=0`;
    const leave = new AbortController();
    const headers = { "x-user-id": user };
    const events = sse(url, headers, leave.signal);
    const accept = "application/x-ndjson";
    const lines = await fetch(url, { headers: { ...headers, accept }, signal: leave.signal });
    const records: [string, unknown][] = [
      ["text/event-stream", (await events.next()).value?.data],
      ["text/event-stream", (await events.next()).value?.data],
      [accept, JSON.parse(await firstLine(lines))],
    ];
    leave.abort();
    for (const [type, record] of records) {
      expect(record).toBeDefined();
      expect(api.answerProblems("watchSession", 200, type, record)).toEqual([]);
    }
  });

  it("refuses numbers beyond the limits it states", async () => {
    const limited = api.operations.flatMap((each) =>
      (each.operation.parameters ?? [])
        .filter(({ in: where, schema }) => where === "query" && schema.maximum !== undefined)
        .map((parameter) => ({ each, parameter })),
    );
    expect(limited.length).toBeGreaterThan(8);
    for (const { each, parameter } of limited) {
      const { minimum = 0, maximum = 0 } = parameter.schema;
      for (const value of [minimum - 1, maximum + 1]) {
        const { response, body } = await send(each, { query: `${parameter.name}=${value}` });
        expect(response.status, `${parameter.name}=${value}`).toBe(400);
        const wrong = body.details[0].field_violations.map(({ field }: { field: string }) => field);
        expect(wrong).toContain(parameter.name);
      }
    }
  });
});

/** As little as makes a request valid. */
function leastBody(operationId: string): object {
  const bodies: Record<string, object> = {
    claimTask: { worker_id: "w" },
    appendTaskOutput: { events: [{ name: "n" }] },
    publishTaskPartial: { message_id: "0192f000-0000-7000-8000-000000000001", text: "t" },
    reportUsage: { reports: [{ tokens: 1 }] },
    depositFunds: { amount: 1 },
  };
  return bodies[operationId] ?? {};
}

async function firstLine(response: Response): Promise<string> {
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  throw new Error(`it ended before a line did: ${text}`);
}
