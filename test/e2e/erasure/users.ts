import { beforeAll, expect, it } from "vitest";
import { type RestClient, rest, uniqueUser } from "../../support/rest.ts";
import type { TestService } from "../../support/service.ts";

/** What admins see of the erasure of users. */
export function usersSuite(target: () => TestService): void {
  let admin: RestClient;
  beforeAll(() => {
    admin = rest(target().url, { "x-user-id": "admin", "x-roles": "admin" });
  });

  it("is under way at once, one of a user at a time, and says in the end what it removed", async () => {
    const user = uniqueUser();
    const client = rest(target().url, { "x-user-id": user });
    await client.post("/api/v1/sessions", { title: "Quartz" });
    const found = async () => (await client.get("/api/v1/search?q=quartz")).body.hits?.length;
    await expect.poll(found, { timeout: 20_000 }).toBe(1);
    const key = { "idempotency-key": crypto.randomUUID() };
    const path = `/api/v1/users/${encodeURIComponent(user)}/erase`;
    const first = await admin.post(path, {}, key);
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({
      status: "pending",
      pseudonym: expect.stringMatching(/^erased:[0-9a-f]{32}$/),
      removed: {},
    });
    const { erasure_id: id } = first.body;
    expect((await admin.post(path, {}, key)).body.erasure_id).toBe(id);
    expect((await admin.post(path)).body.erasure_id).toBe(id);
    const other = await admin.post(`/api/v1/users/${uniqueUser()}/erase`, {}, key);
    expect(other.body.error).toBe("idempotency_conflict");
    const receipt = async () => (await admin.get(`/api/v1/erasures/${id}`)).body;
    await expect
      .poll(async () => (await receipt()).status, { timeout: 30_000, interval: 250 })
      .toBe("completed");
    const done = await receipt();
    expect(done).toMatchObject({ completed_at: expect.any(String) });
    expect(done.removed).toEqual({ sessions: 1, events: 2, receipts: 2, search_entries: 1 });
    expect(JSON.stringify(done)).not.toContain(user);
    expect((await client.get("/api/v1/sessions")).body.total_count).toBe(0);
  });

  it("is for admins, of their tenant", async () => {
    const user = rest(target().url, { "x-user-id": "ann" });
    const refused = await user.post("/api/v1/users/ann/erase");
    expect([refused.status, refused.body.error]).toEqual([403, "scope_denied"]);
    const { body } = await admin.post(`/api/v1/users/${uniqueUser()}/erase`);
    const path = `/api/v1/erasures/${body.erasure_id}`;
    for (const [headers, error] of [
      [{ "x-tenant-id": "other" }, "erasure_not_found"],
      [{ "x-roles": "user" }, "scope_denied"],
    ] as const) {
      expect((await admin.get(path, headers)).body.error).toBe(error);
    }
  });
}
