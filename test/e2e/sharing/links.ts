import { expect, it } from "vitest";
import { conversationOf, person, type Servers } from "./people.ts";

export function linksSuite(servers: Servers): void {
  const owner = () => person(servers()[0]);
  const guest = (claims = {}) => person(servers().at(-1)!, claims);

  it("let in whoever of the tenant opens them, until they are revoked", async () => {
    const alice = owner();
    const path = await conversationOf(alice);
    const headers = { "idempotency-key": crypto.randomUUID() };
    const body = { permissions: "edit", message: "come in" };
    const made = await alice.post(`${path}/share-links`, body, headers);
    expect(made.status).toBe(201);
    const { secret, share_url, share } = made.body;
    expect(secret).toMatch(/^ps_[A-Za-z0-9_-]{43}$/);
    const again = await alice.post(`${path}/share-links`, body, headers);
    expect(again.body).toEqual({ share, secret: null, share_url: null });
    const link = new URL(share_url).pathname;
    const bob = guest();
    expect((await bob.get(link)).body).toEqual({
      title: "shared",
      owner: alice.id,
      permissions: "edit",
      message: "come in",
      expires_at: null,
    });
    expect((await bob.get(path)).status).toBe(404);
    for (let times = 0; times < 2; times++) {
      const opened = await bob.post(link);
      expect([opened.status, opened.body]).toMatchObject([
        200,
        { session_id: path.split("/").at(-1), permissions: "edit" },
      ]);
    }
    expect((await bob.get(path)).status).toBe(200);
    const [{ opened_by }] = (await alice.get(`${path}/shares`)).body.shares;
    expect(opened_by).toEqual([bob.id]);
    const outside = guest({ org: { id: "elsewhere" } });
    for (const call of [outside.get(link), outside.post(link), bob.post(`${link}x`)]) {
      const { status, body } = await call;
      expect([status, body.error]).toEqual([404, "share_not_found"]);
    }
    await alice.delete(`${path}/shares/${share.share_id}`);
    expect((await bob.get(path)).status).toBe(404);
    expect((await bob.post(link)).body.error).toBe("share_not_found");
  });

  it("are stored as a hash, and shown to nobody", async () => {
    const alice = owner();
    const path = await conversationOf(alice);
    const { body } = await alice.post(`${path}/share-links`, {});
    const log = JSON.stringify((await alice.get(`${path}/log?limit=100`)).body);
    expect(log).toContain("session_shared");
    expect(log).not.toContain(body.secret);
    expect(servers()[0].lines.join("")).not.toContain(body.secret);
  });
}
