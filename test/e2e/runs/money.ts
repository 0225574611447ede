import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Env } from "../../../src/config/env.ts";
import { type RestClient, rest } from "../../support/rest.ts";
import { startService, type TestService } from "../../support/service.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claimNext, createRun, type Pair, pairOf, say } from "./owner.ts";

export function moneySuite(stores: () => Env): void {
  let service: TestService;
  let admin: RestClient;
  const target = {
    get url() {
      return service.url;
    },
  };
  beforeAll(async () => {
    const prices = join(temporaryFolder("prices"), "prices.json");
    writeFileSync(prices, JSON.stringify({ models: { "m-1": { input: 2, output: 10 } } }));
    service = await startService({
      ...stores(),
      PARLEY_ACCOUNTS: "on",
      PARLEY_MAX_OPEN_RUNS: "30",
      PARLEY_PRICES: prices,
      PARLEY_RUN_ESTIMATES: "research=10m/0.50,synthesis=90s/0.25",
    });
    admin = rest(service.url, { "x-user-id": "root", "x-roles": "admin" });
  });
  afterAll(() => service.close());

  async function funded(amount: number): Promise<Pair> {
    const pair = pairOf(target);
    const path = `/api/v1/accounts/${encodeURIComponent(pair.userId)}/deposits`;
    const { status } = await admin.post(path, { amount, note: "for tests" });
    expect(status).toBe(201);
    return pair;
  }

  const account = async ({ owner }: Pair) => (await owner.get("/api/v1/account")).body;

  /** The sums of the ledger, which are the account and always zero in all. */
  async function ledgerOf({ owner }: Pair): Promise<Record<string, number>> {
    const { body } = await owner.get("/api/v1/account/ledger?limit=100");
    const micros: Record<string, number> = { deposits: 0, available: 0, held: 0, spent: 0 };
    for (const { debit, credit, amount } of body.entries) {
      micros[debit] = (micros[debit] ?? 0) - Math.round(amount * 1e6);
      micros[credit] = (micros[credit] ?? 0) + Math.round(amount * 1e6);
    }
    return Object.fromEntries(Object.entries(micros).map(([name, sum]) => [name, sum / 1e6]));
  }

  it("twenty runs at once against a balance for seven: seven are made", async () => {
    const pair = await funded(7.5);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        pair.owner.post("/api/v1/sessions", { prompt: "p", budget: { max_cost: 1 } }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(7).fill(201), ...Array(13).fill(402)]);
    const refused = answers.find(({ status }) => status === 402);
    expect(refused?.body.error).toBe("insufficient_balance");
    expect(await account(pair)).toMatchObject({ available: 0.5, held: 7, open_runs: 7 });
    expect(await ledgerOf(pair)).toEqual({ deposits: -7.5, available: 0.5, held: 7, spent: 0 });
    const { body } = await pair.owner.get("/api/v1/sessions");
    expect(body.total_count).toBe(7);
  });

  it("of two cancels at once one refunds", async () => {
    const pair = await funded(10);
    const run = await createRun(pair, { budget: { max_cost: 4 } });
    const lease = await claimNext(pair);
    await say(pair, "usage", lease, { reports: [{ model: "other", cost: 1.25 }] });
    const cancel = () => pair.owner.post(`/api/v1/sessions/${run.session_id}/cancel`);
    const answers = await Promise.all([cancel(), cancel()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const done = answers.find(({ status }) => status === 200);
    expect(done?.body).toEqual({
      session_id: run.session_id,
      status: "cancelled",
      refund_amount: 2.75,
    });
    expect(await account(pair)).toMatchObject({ available: 8.75, held: 0, open_runs: 0 });
    expect(await ledgerOf(pair)).toEqual({ deposits: -10, available: 8.75, held: 0, spent: 1.25 });
  });

  it("holds the estimate where no budget is given, and settles what it cost by the price list", async () => {
    const pair = await funded(1);
    const run = await createRun(pair, { session_type: "synthesis" });
    expect(run).toMatchObject({
      estimated_duration: 2,
      cost_estimate: { amount: 0.25, based_on: 0 },
      resource_usage: { held: 0.25 },
    });
    const lease = await claimNext(pair);
    const reports = [{ model: "m-1", input_tokens: 10_000, output_tokens: 5_000 }];
    expect((await say(pair, "usage", lease, { reports })).body).toMatchObject({
      tokens_used: 15_000,
      cost: 0.07,
    });
    await say(pair, "complete", lease, { result: "done" });
    expect(await account(pair)).toMatchObject({ available: 0.93, held: 0 });
    const next = await createRun(pair, { session_type: "synthesis" });
    expect(next.cost_estimate).toMatchObject({ amount: 0.07, tokens: 15_000, based_on: 1 });
  });

  it("what a run cost beyond what was held is taken too, and then nothing new begins", async () => {
    const pair = await funded(1);
    const run = await createRun(pair, { budget: { max_cost: 1, policy: "warn" } });
    const lease = await claimNext(pair);
    const reports = [{ model: "x", cost: 1.5 }];
    expect((await say(pair, "usage", lease, { reports })).body.signal).toBe("continue");
    await say(pair, "complete", lease, { result: "dear" });
    expect(await account(pair)).toMatchObject({ available: -0.5, held: 0 });
    expect(await ledgerOf(pair)).toEqual({ deposits: -1, available: -0.5, held: 0, spent: 1.5 });
    const { status } = await pair.owner.post("/api/v1/sessions", {
      prompt: "p",
      budget: { max_cost: 0 },
    });
    expect(status).toBe(402);
    const { body } = await pair.owner.get(`/api/v1/sessions/${run.session_id}/history`);
    expect(
      body.decision_points.map(({ description }: Record<string, string>) => description),
    ).toHaveLength(1);
  });

  it("of many runs at once no more are open than may be", async () => {
    const pair = await funded(100);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        pair.owner.post("/api/v1/sessions", { prompt: "p", budget: { max_cost: 0.01 } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(30);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error).toBe("session_quota_exceeded");
    expect(refused?.headers.get("retry-after")).toBe("10");
    const made = answers.find(({ status }) => status === 201)?.body.session_id;
    await pair.owner.post(`/api/v1/sessions/${made}/cancel`);
    await createRun(pair, { budget: { max_cost: 0.01 } });
  });

  it("a retry of a creation holds once, one of a deposit deposits once", async () => {
    const pair = await funded(5);
    const request = { prompt: "p", budget: { max_cost: 1 }, request_id: crypto.randomUUID() };
    const [one, two] = await Promise.all([
      pair.owner.post("/api/v1/sessions", request),
      pair.owner.post("/api/v1/sessions", request),
    ]);
    expect(one.body.session_id).toBe(two.body.session_id);
    const deposit = { amount: 2, request_id: crypto.randomUUID() };
    const path = `/api/v1/accounts/${pair.userId}/deposits`;
    const first = await admin.post(path, deposit);
    const again = await admin.post(path, deposit);
    expect(again.body.entry).toEqual(first.body.entry);
    const other = await admin.post(path, { ...deposit, amount: 3 });
    expect([other.status, other.body.error]).toEqual([409, "idempotency_conflict"]);
    expect(await account(pair)).toMatchObject({ available: 6, held: 1, open_runs: 1 });
  });

  it("an account is its user's and its admins' business", async () => {
    const pair = await funded(1);
    const stranger = pairOf(target).owner;
    const path = `/api/v1/accounts/${pair.userId}`;
    for (const answer of [
      await stranger.get(path),
      await stranger.get(`${path}/ledger`),
      await stranger.post(`${path}/deposits`, { amount: 1 }),
    ]) {
      expect([answer.status, answer.body.error]).toEqual([403, "scope_denied"]);
    }
    expect((await admin.get(path)).body).toMatchObject({ user_id: pair.userId, available: 1 });
    const elsewhere = await admin.get(path, { "x-tenant-id": "another" });
    expect(elsewhere.body).toMatchObject({ available: 0 });
    for (const amount of [0, -1, 0.0000001, 2_000_000]) {
      expect((await admin.post(`${path}/deposits`, { amount })).status).toBe(400);
    }
  });
}
