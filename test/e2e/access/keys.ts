import { expect, it } from "vitest";
import type { Target } from "./callers.ts";
import { type MadeKey, makeKey, withKey } from "./service.ts";

export function keysSuite(target: Target): void {
  const admin = () => withKey(target().url, target().adminSecret);
  const by = ({ secret }: MadeKey) => withKey(target().url, secret);
  const keeper = (userId: string) =>
    makeKey(target(), { user_id: userId, scopes: ["keys:write", "sessions:read"] });

  it("show their secret once, also to whoever asks again", async () => {
    const body = { name: "ci", user_id: "ci", scopes: ["sessions:read"], ttl: "3600s" };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const first = await admin().post("/api/v1/keys", body, headers);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      secret: expect.stringMatching(/^pk_[A-Za-z0-9_-]{43}$/),
      key: {
        ...{ tenant_id: "default", user_id: "ci", name: "ci", created_by: "admin" },
        ...{ scopes: ["sessions:read"], roles: ["user"], revoked_at: null, replaced_by: null },
        prefix: first.body.secret.slice(0, 12),
      },
    });
    const again = await admin().post("/api/v1/keys", body, headers);
    expect([again.status, again.body]).toEqual([201, { key: first.body.key, secret: null }]);
    const other = await admin().post("/api/v1/keys", { ...body, name: "x" }, headers);
    expect([other.status, other.body.error]).toEqual([409, "idempotency_conflict"]);
    const { key_id } = first.body.key;
    const read = await admin().get(`/api/v1/keys/${key_id}`);
    expect(read.body).toEqual(first.body.key);
    const list = await admin().get("/api/v1/keys?user_id=ci");
    expect(list.body).toEqual({ keys: [first.body.key], total: 1, has_more: false });
  });

  it.each([
    [{ name: "" }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ name: "x", scopes: ["sessions:all"] }, "scopes[0]"],
    [{ name: "x", roles: ["user", "root"] }, "roles[1]"],
    [{ name: "x", ttl: "0s" }, "ttl"],
    [{ name: "x", user_id: "two words" }, "user_id"],
  ])("are refused as %o, naming %s", async (body, field) => {
    const answer = await admin().post("/api/v1/keys", body);
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_argument"]);
    expect(JSON.stringify(answer.body.details)).toContain(`"${field}"`);
  });

  it("are a user's own business, and an admin's", async () => {
    const alice = await keeper("alice");
    const bob = await keeper("bob");
    const foreign = await by(bob).get(`/api/v1/keys/${alice.id}`);
    const unknown = await by(bob).get(`/api/v1/keys/${crypto.randomUUID()}`);
    const { timestamp: _, ...one } = foreign.body;
    const { timestamp: __, ...other } = unknown.body;
    expect([foreign.status, one.error]).toEqual([404, "key_not_found"]);
    expect(one).toEqual(other);
    expect((await by(bob).delete(`/api/v1/keys/${alice.id}`)).status).toBe(404);
    expect((await by(bob).post(`/api/v1/keys/${alice.id}/rotate`)).status).toBe(404);
    expect((await by(bob).get("/api/v1/keys?user_id=alice")).status).toBe(403);
    const own = await by(bob).get("/api/v1/keys");
    expect(own.body.keys.map((key: { key_id: string }) => key.key_id)).toEqual([bob.id]);
    const all = await admin().get("/api/v1/keys");
    expect(all.body.total).toBeGreaterThan(2);
  });

  it("give nobody more than it had", async () => {
    const alice = await keeper("alice-2");
    const make = async (body: object) =>
      (await by(alice).post("/api/v1/keys", { name: "more", ...body })).status;
    expect(await make({})).toBe(403);
    expect(await make({ scopes: ["sessions:write"] })).toBe(403);
    expect(await make({ scopes: ["admin"] })).toBe(403);
    expect(await make({ scopes: ["keys:read"], roles: ["admin"] })).toBe(403);
    expect(await make({ scopes: ["keys:read"], roles: ["worker"] })).toBe(403);
    expect(await make({ scopes: ["keys:read"], user_id: "bob-2" })).toBe(403);
    expect(await make({ scopes: ["keys:read", "sessions:read"] })).toBe(201);
    const strong = await makeKey(target(), { user_id: "alice-2", scopes: ["sessions:write"] });
    expect((await by(alice).post(`/api/v1/keys/${strong.id}/rotate`)).status).toBe(403);
  });

  it("are rotated with an overlap", async () => {
    const old = await makeKey(target(), { ttl: "7200s" });
    const path = `/api/v1/keys/${old.id}`;
    const headers = { "idempotency-key": crypto.randomUUID() };
    const made = await admin().post(`${path}/rotate`, { overlap: "60s" }, headers);
    expect(made.status).toBe(201);
    const again = await admin().post(`${path}/rotate`, { overlap: "60s" }, headers);
    expect(again.body).toEqual({ key: made.body.key, secret: null });
    expect((await admin().post(`${path}/rotate`)).body).toMatchObject({
      ...{ code: 400, error: "invalid_argument" },
    });
    expect((await admin().get(path)).body.replaced_by).toBe(made.body.key.key_id);
    const next = { id: made.body.key.key_id, secret: made.body.secret };
    for (const key of [old, next]) expect((await by(key).get("/api/v1/sessions")).status).toBe(200);
    const last = await admin().post(`/api/v1/keys/${next.id}/rotate`, { overlap: "0s" });
    expect(last.status).toBe(201);
    await expect
      .poll(async () => (await by(next).get("/api/v1/sessions")).status, { timeout: 1000 })
      .toBe(401);
  });

  it("end when their time is over", async () => {
    const key = await makeKey(target(), { ttl: "1s" });
    expect((await by(key).get("/api/v1/sessions")).status).toBe(200);
    await expect
      .poll(async () => (await by(key).get("/api/v1/sessions")).status, { timeout: 3000 })
      .toBe(401);
  });

  it("say when they were used last", async () => {
    const key = await makeKey(target());
    const lastUse = async () => (await admin().get(`/api/v1/keys/${key.id}`)).body.last_used_at;
    expect(await lastUse()).toBeNull();
    await by(key).get("/api/v1/sessions");
    await expect.poll(lastUse, { timeout: 5000 }).not.toBeNull();
  });

  it("can be revoked more than once, and stay in the list of all", async () => {
    const key = await makeKey(target(), { user_id: "revoked" });
    const path = `/api/v1/keys/${key.id}`;
    expect((await admin().delete(path)).status).toBe(204);
    expect((await admin().delete(path)).status).toBe(204);
    expect((await admin().get("/api/v1/keys?user_id=revoked")).body.total).toBe(0);
    const all = await admin().get("/api/v1/keys?user_id=revoked&include_inactive=true");
    expect(all.body.keys).toMatchObject([{ key_id: key.id, revoked_at: expect.any(String) }]);
  });
}
