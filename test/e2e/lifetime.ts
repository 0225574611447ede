import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../src/config/env.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { sse } from "../support/sse.ts";

/** What happens to sessions when their time is over, on whichever stores. */
export function lifetimeSuite(
  name: string,
  stores: () => Promise<Env>,
  suite: (name: string, tests: () => void) => void = describe,
): void {
  suite(`lifetime: ${name}`, () => {
    let service: TestService;
    const user = uniqueUser();
    let client: RestClient;
    beforeAll(async () => {
      service = await startService(await stores());
      client = rest(service.url, { "x-user-id": user });
    });
    afterAll(() => service.close());

    /** A session that lives so many seconds, with two messages. */
    async function lived(seconds: number): Promise<string> {
      const { body } = await client.post("/api/v1/sessions", { title: "T", ttl_seconds: seconds });
      await client.post(`/api/v1/sessions/${body.session_id}/messages`, {
        messages: [
          { role: "user", content: "first" },
          { role: "assistant", content: "second" },
        ],
      });
      return body.session_id;
    }

    async function archivedSoon(id: string): Promise<void> {
      await expect
        .poll(async () => (await client.get(`/api/v1/archives/${id}`)).body.archived_at, {
          timeout: 10_000,
        })
        .toEqual(expect.any(String));
    }

    it("tells watchers that the time is over, and everybody else afterwards", async () => {
      const id = await lived(2);
      const url = `${service.url}/api/v1/sessions/${id}/watch?after_seq=0`;
      const told: string[] = [];
      for await (const { event, data } of sse(url, { "x-user-id": user })) {
        told.push(event === "error" ? data.error : (data.event?.type ?? data.position.reason));
      }
      expect(told.filter((what) => what !== "session_archived")).toEqual([
        "open",
        "session_created",
        "message",
        "message",
        "session_expired",
      ]);
      const owner = await client.get(`/api/v1/sessions/${id}`);
      expect([owner.status, owner.body.error]).toEqual([404, "session_expired"]);
      const other = await client.get(`/api/v1/sessions/${id}`, { "x-user-id": "somebody-else" });
      expect([other.status, other.body.error]).toEqual([404, "session_not_found"]);
      const append = await client.post(`/api/v1/sessions/${id}/messages`, {
        messages: [{ role: "user", content: "late" }],
      });
      expect([append.status, append.body.error]).toEqual([404, "session_expired"]);
    });

    it("archives it, lists it, reads it and gives it back as it was", async () => {
      const id = await lived(1);
      const before = await client.get(`/api/v1/sessions/${id}/log`);
      await archivedSoon(id);
      const list = await client.get("/api/v1/archives?q=t");
      expect(list.body.sessions.map((s: { session_id: string }) => s.session_id)).toContain(id);
      const log = await client.get(`/api/v1/archives/${id}/log`);
      expect(log.body.events.slice(0, 3)).toEqual(before.body.events);
      expect(log.body.events.at(-1)).toMatchObject({
        type: "session_archived",
        actor: { type: "system" },
        session_archived: { reason: "expired" },
      });
      const page = await client.get(`/api/v1/archives/${id}/log?after_seq=1&limit=1`);
      expect(page.body).toMatchObject({ events: [{ seq: 2 }], has_more: true });
      const others = { "x-user-id": "somebody-else" };
      expect((await client.get(`/api/v1/archives/${id}`, others)).status).toBe(404);
      expect((await client.get("/api/v1/archives", others)).body.sessions).toEqual([]);
      expect((await client.post(`/api/v1/archives/${id}/revive`, {}, others)).status).toBe(404);

      const key = { "idempotency-key": crypto.randomUUID() };
      const revived = await client.post(`/api/v1/archives/${id}/revive`, { ttl: "60s" }, key);
      expect(revived.status).toBe(200);
      expect(revived.body).toMatchObject({
        session_id: id,
        archived_at: null,
        title: "T",
        is_active: true,
      });
      const again = await client.post(`/api/v1/archives/${id}/revive`, { ttl: "60s" }, key);
      expect(again.body).toEqual(revived.body);
      const { body } = await client.get(`/api/v1/sessions/${id}/messages`);
      expect(body.messages.map((m: { content: string }) => m.content)).toEqual(["first", "second"]);
      expect((await client.get(`/api/v1/archives/${id}`)).status).toBe(404);
      expect((await client.post(`/api/v1/archives/${id}/revive`)).status).toBe(404);
    });

    it("lets nothing be archived that was extended in time", async () => {
      const id = await lived(1);
      const extended = await client.post(`/api/v1/sessions/${id}/extend`, { ttl_seconds: 60 });
      expect(extended.status).toBe(200);
      await pause(2500);
      expect((await client.get(`/api/v1/sessions/${id}`)).status).toBe(200);
      expect((await client.get(`/api/v1/archives/${id}`)).status).toBe(404);
    });

    it("extends, and shortens only when asked to", async () => {
      const id = await lived(1000);
      const path = `/api/v1/sessions/${id}`;
      const endOf = async () => Date.parse((await client.get(path)).body.expires_at);
      const held = await endOf();
      const shorter = await client.post(`${path}/extend`, { ttl: "100s" });
      expect(Date.parse(shorter.body.expires_at)).toBe(held);
      const asked = await client.post(`${path}/extend`, { ttl: "100s", allow_shorten: true });
      expect(Date.parse(asked.body.expires_at)).toBeLessThan(Date.now() + 101_000);
      expect(await endOf()).toBe(Date.parse(asked.body.expires_at));
      const until = new Date(Date.now() + 5_000_000).toISOString();
      await client.post(`${path}/extend`, { expires_at: until });
      expect(await endOf()).toBe(Date.parse(until));
      for (const wrong of [
        {},
        { ttl: "1s", ttl_seconds: 1 },
        { expires_at: "2001-01-01T00:00:00Z" },
        { expires_at: "9999-01-01T00:00:00Z" },
        { ttl: "0s" },
      ]) {
        expect((await client.post(`${path}/extend`, wrong)).status).toBe(400);
      }
    });

    it("lives for its ttl from a touch on, and writes nothing for a touch that gains nothing", async () => {
      const id = await lived(2);
      const path = `/api/v1/sessions/${id}`;
      await client.post(`${path}/touch`);
      const touched = await client.post(`${path}/touch`);
      expect(touched.status).toBe(200);
      await pause(1000);
      const later = await client.post(`${path}/touch`);
      expect(Date.parse(later.body.expires_at)).toBeGreaterThan(
        Date.parse(touched.body.expires_at) + 900,
      );
      expect(later.body.version).toBeLessThanOrEqual(touched.body.version + 1);
      await pause(1500);
      expect((await client.get(path)).status).toBe(200);
    });
  });
}
