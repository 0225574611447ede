import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { type RestClient, rest, uniqueUser } from "../../support/rest.ts";
import type { TestService } from "../../support/service.ts";
import { sse } from "../../support/sse.ts";
import { claimNext, createRun, pairOf, say } from "../runs/owner.ts";

const SESSIONS = "/api/v1/sessions";

/** What callers see of purges, on a service that `startForgetful` started. */
export function purgeSuite(target: () => TestService): void {
  const user = uniqueUser();
  let client: RestClient;
  beforeAll(() => {
    client = rest(target().url, { "x-user-id": user });
  });

  async function created(fields: object = {}): Promise<string> {
    return (await client.post(SESSIONS, { title: "T", ...fields })).body.session_id;
  }

  describe("DELETE with purge", () => {
    it("takes a living session for good, and frees its id", async () => {
      const id = await created({ external_id: `x-${crypto.randomUUID()}` });
      const path = `${SESSIONS}/${id}`;
      expect((await client.delete(`${path}?purge=true`)).status).toBe(204);
      for (const answer of [await client.get(path), await client.post(`${path}/restore`)]) {
        expect([answer.status, answer.body.error]).toEqual([404, "session_not_found"]);
      }
      expect((await client.delete(path)).status).toBe(404);
      expect((await client.delete(`${path}?purge=true`)).status).toBe(204);
      const taker = await client.post(SESSIONS, { session_id: id }, { "x-user-id": uniqueUser() });
      expect([taker.status, taker.body.session_id]).toEqual([201, id]);
      expect((await client.delete(`${path}?purge=true`)).status).toBe(204);
      const { status } = await client.get(path, { "x-user-id": taker.body.user_id });
      expect(status).toBe(200);
    });

    it("takes all that were deleted under the id, and the living one by its other name", async () => {
      const id = await created();
      const path = `${SESSIONS}/${id}`;
      await client.delete(path);
      const external = `x-${crypto.randomUUID()}`;
      await created({ session_id: id, external_id: external });
      expect((await client.delete(`${SESSIONS}/${external}?purge=true`)).status).toBe(204);
      expect((await client.post(`${path}/restore`)).status).toBe(404);
    });

    it("is made once, however often it is asked for under one name", async () => {
      const id = await created();
      const path = `${SESSIONS}/${id}`;
      const key = { "idempotency-key": crypto.randomUUID() };
      expect((await client.delete(`${path}?purge=true`, key)).status).toBe(204);
      await created({ session_id: id });
      expect((await client.delete(`${path}?purge=true`, key)).status).toBe(204);
      expect((await client.get(path)).status).toBe(200);
      await client.delete(path);
      expect((await client.delete(`${path}?purge=true`, key)).status).toBe(204);
      expect((await client.post(`${path}/restore`)).status).toBe(200);
      expect((await client.delete(path, key)).body.error).toBe("idempotency_conflict");
    });

    it("keeps to the state that was named", async () => {
      const id = await created();
      const path = `${SESSIONS}/${id}`;
      const { etag } = (await client.get(path)).body;
      await client.patch(path, { title: "other" });
      const refused = await client.delete(`${path}?purge=true`, { "if-match": etag });
      expect(refused.status).toBe(412);
      expect((await client.get(path)).status).toBe(200);
    });

    it("ends its watches and its work first", async () => {
      const pair = pairOf(target());
      const run = await createRun(pair);
      const lease = await claimNext(pair);
      const path = `${SESSIONS}/${run.session_id}`;
      const told: string[] = [];
      const watching = (async () => {
        const headers = { "x-user-id": pair.userId };
        for await (const { event, data } of sse(`${target().url}${path}/watch`, headers)) {
          told.push(event === "error" ? data.error : (data.event?.type ?? event));
        }
      })();
      await expect.poll(() => told.length).toBeGreaterThan(0);
      expect((await pair.owner.delete(`${path}?purge=true`)).status).toBe(204);
      await watching;
      expect(told.at(-1)).toMatch(/session_(deleted|not_found)/);
      const late = await say(pair, "complete", lease, { result: "late" });
      expect(late.body.error).toMatch(/stale_lease|task_not_found/);
    });

    it("answers a late retry of what it took away as if it had never been", async () => {
      const key = { "idempotency-key": crypto.randomUUID() };
      const { body } = await client.post(SESSIONS, { title: "first" }, key);
      const path = `${SESSIONS}/${body.session_id}`;
      const message = { messages: [{ role: "user", content: "x" }] };
      expect((await client.post(`${path}/messages`, message, key)).status).toBe(201);
      await client.delete(`${path}?purge=true`);
      const retried = async () => [
        (await client.post(SESSIONS, { title: "first" }, key)).body.error,
        (await client.post(`${path}/messages`, message, key)).body.error,
      ];
      const gone = "session_not_found";
      await expect.poll(retried, { timeout: 15_000 }).toEqual([gone, gone]);
    });
  });

  it("lets nobody restore what was deleted longer ago than the window", async () => {
    const path = `${SESSIONS}/${await created()}`;
    await client.delete(path);
    expect((await client.post(`${path}/restore`)).status).toBe(200);
    await client.delete(path);
    await pause(1100);
    const late = await client.post(`${path}/restore`);
    expect([late.status, late.body.error]).toEqual([404, "session_not_found"]);
  });

  describe("retention", () => {
    it("is said of archived sessions", async () => {
      const brief = { "x-tenant-id": "brief" };
      const made = { title: "T", ttl_seconds: 1 };
      const { body } = await client.post(SESSIONS, made, brief);
      const path = `/api/v1/archives/${body.session_id}`;
      const archived = async () => (await client.get(path, brief)).body;
      await expect.poll(archived, { timeout: 10_000 }).toMatchObject({
        archived_at: expect.any(String),
        purge_at: expect.any(String),
      });
      const { body: kept } = await client.post(SESSIONS, made);
      const keptPath = `/api/v1/archives/${kept.session_id}`;
      const read = async () => (await client.get(keptPath)).body;
      await expect
        .poll(read, { timeout: 10_000 })
        .toMatchObject({ archived_at: expect.any(String), purge_at: null });
    });
  });
}
