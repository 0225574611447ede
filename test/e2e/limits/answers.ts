import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { ErrorInfoSchema, RetryInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { QuotaService } from "../../../gen/parley/v1/quota_service_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { rest, uniqueUser } from "../../support/rest.ts";

const of = (tenant: string) => ({ "x-tenant-id": tenant, "x-user-id": uniqueUser() });

function figuresIn(headers: Headers) {
  const value = (name: string) => headers.get(name) ?? undefined;
  return {
    limit: value("x-ratelimit-limit"),
    remaining: value("x-ratelimit-remaining"),
    reset: value("x-ratelimit-reset"),
    retryAfter: value("retry-after"),
  };
}

const figures = (remaining: number, reset: number) => ({
  ...{ limit: "60", remaining: String(remaining), reset: String(reset) },
  retryAfter: undefined,
});

/** What callers are told: a user has 3 calls at once, 60 a minute, in the tenant `small`. */
export function answerSuite(url: () => string): void {
  it("say over REST what is left, and when to come again", async () => {
    const client = rest(url(), of("small"));
    const first = await client.get("/api/v1/sessions");
    expect([first.status, figuresIn(first.headers)]).toEqual([200, figures(2, 1)]);
    const unknown = await client.get("/api/v1/sessions/unknown");
    expect([unknown.status, figuresIn(unknown.headers)]).toEqual([404, figures(1, 2)]);
    const malformed = await client.get("/api/v1/sessions?limit=1000");
    expect(malformed.status).toBe(400);
    const refused = await client.get("/api/v1/sessions");
    expect(refused.status).toBe(429);
    expect(figuresIn(refused.headers)).toEqual({ ...figures(0, 3), retryAfter: "1" });
    expect(refused.body).toMatchObject({
      error: "rate_limit_exceeded",
      message: "too many calls of the user: 60 a minute are allowed",
      code: 429,
      details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo" }],
    });
  });

  it.each([
    ["gRPC", createGrpcTransport],
    ["Connect", createConnectTransport],
  ])("say the same over %s", async (_, transportTo) => {
    const transport = transportTo({ baseUrl: url(), httpVersion: "2" });
    const sessions = createClient(SessionService, transport);
    const headers = of("small");
    let told = new Headers();
    const onHeader = (header: Headers) => {
      told = header;
    };
    await sessions.listSessions({}, { headers, onHeader });
    expect(figuresIn(told)).toEqual(figures(2, 1));
    await sessions.listSessions({}, { headers });
    const failed = (call: Promise<unknown>) =>
      call.then(() => expect.unreachable(), ConnectError.from);
    const unknown = await failed(sessions.getSession({ sessionId: "unknown" }, { headers }));
    expect(figuresIn(unknown.metadata)).toMatchObject({ limit: "60", remaining: "0" });
    const error = await failed(sessions.listSessions({}, { headers }));
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({ reason: "rate_limit_exceeded" });
    expect(error.findDetails(RetryInfoSchema)).toHaveLength(1);
    expect(figuresIn(error.metadata)).toEqual({ ...figures(0, 3), retryAfter: "1" });
  });

  it("are for pages of other origins to read", async () => {
    const { headers } = await rest(url(), of("small")).get("/api/v1/quota", {
      origin: "https://a.example",
    });
    const exposed = headers.get("access-control-expose-headers");
    for (const name of ["Limit", "Remaining", "Reset"]) {
      expect(exposed).toContain(`X-RateLimit-${name}`);
    }
  });

  it("say nothing where there is no limit, and limit neither health nor workers", async () => {
    const free = await rest(url(), of("free")).get("/api/v1/sessions");
    expect(figuresIn(free.headers).limit).toBeUndefined();
    expect((await rest(url(), of("free")).get("/api/v1/quota")).body).toEqual({
      ...{ plan: null, rates: [], sessions: null, open_runs: null, watches: null },
    });
    const worker = rest(url(), { ...of("small"), "x-roles": "worker" });
    for (let i = 0; i < 5; i++) {
      const claim = { worker_id: "w", types: ["none"], wait_ms: 0 };
      expect((await worker.post("/api/v1/worker/tasks/claim", claim)).status).toBe(200);
      expect((await fetch(`${url()}/readyz`)).status).toBe(200);
    }
    const pretender = rest(url(), of("small"));
    const statuses = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await pretender.post("/api/v1/worker/tasks/claim", {})).status);
    expect(statuses).toEqual([403, 403, 403, 429]);
  });

  it("count messages, of which a refused call takes none", async () => {
    const client = rest(url(), of("wide"));
    const { body: made } = await client.post("/api/v1/sessions");
    const path = `/api/v1/sessions/${made.session_id}/messages`;
    const append = (count: number) =>
      client.post(path, {
        messages: Array.from({ length: count }, () => ({ role: "user", content: "x" })),
      });
    expect((await append(3)).status).toBe(201);
    const refused = await append(3);
    expect([refused.status, refused.body.error]).toEqual([429, "rate_limit_exceeded"]);
    expect(refused.body.message).toContain("too many messages of the user");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(1);
    expect((await append(2)).status).toBe(201);
    expect((await client.get(path)).body.total).toBe(5);
  });

  it("count bytes, and let one that is too large through when nothing else was", async () => {
    const client = rest(url(), of("large"));
    const { status } = await client.post("/api/v1/sessions", {
      context: { text: "x".repeat(3000) },
    });
    expect(status).toBe(201);
    const refused = await client.post("/api/v1/sessions", { title: "small" });
    expect([refused.status, refused.body.error]).toEqual([429, "rate_limit_exceeded"]);
    expect(refused.body.message).toContain("bytes of requests");
    // Nothing is said, so nothing is counted but the call.
    expect((await client.get("/api/v1/quota")).status).toBe(200);
  });

  it("limit open runs and watches as the plan says", async () => {
    const client = rest(url(), of("wide"));
    expect((await client.post("/api/v1/sessions", { prompt: "one" })).status).toBe(201);
    const second = await client.post("/api/v1/sessions", { prompt: "two" });
    expect([second.status, second.body.error]).toEqual([429, "session_quota_exceeded"]);

    const headers = of("wide");
    const watcher = rest(url(), headers);
    const { body: session } = await watcher.post("/api/v1/sessions");
    const path = `${url()}/api/v1/sessions/${session.session_id}/watch`;
    const stop = new AbortController();
    const open = await fetch(path, { headers, signal: stop.signal });
    expect(open.status).toBe(200);
    expect(figuresIn(open.headers).limit).toBe("6000");
    await open.body!.getReader().read();
    expect((await watcher.get("/api/v1/quota")).body.watches).toEqual({ limit: 1, used: 1 });
    const another = await fetch(path, { headers });
    expect([another.status, ((await another.json()) as { error: string }).error]).toEqual([
      429,
      "session_quota_exceeded",
    ]);
    stop.abort();
    const used = async () => (await watcher.get("/api/v1/quota")).body.watches.used;
    await expect.poll(used, { timeout: 5_000 }).toBe(0);
  });

  it("are the quota, read by its own call", async () => {
    const headers = of("small");
    const quotas = createClient(QuotaService, createGrpcTransport({ baseUrl: url() }));
    const { quota } = await quotas.getQuota({}, { headers });
    expect(quota).toMatchObject({ plan: "small", openRuns: { limit: 1, used: 0 } });
    const { body } = await rest(url(), headers).get("/api/v1/quota");
    expect(body).toMatchObject({
      plan: "small",
      rates: [
        { subject: "user", kind: "calls", limit: 60, burst: 3, remaining: 1 },
        { subject: "user", kind: "messages", limit: 5, burst: 5, remaining: 5, reset_seconds: 0 },
        { subject: "user", kind: "bytes", limit: 1000, burst: 1000, remaining: 1000 },
      ],
      sessions: null,
      watches: { limit: 1, used: 0 },
    });
  });

  it("are counted when they refuse", async () => {
    const metrics = await (await fetch(`${url()}/metrics`)).text();
    expect(metrics).toMatch(/parley_rate_limited_total\{subject="user",kind="calls"\} \d+/);
  });
}
