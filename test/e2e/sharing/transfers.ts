import { expect, it } from "vitest";
import { conversationOf, person, type Servers, shareWith } from "./people.ts";

export function transfersSuite(servers: Servers): void {
  const owner = () => person(servers()[0]);
  const guest = () => person(servers().at(-1)!);

  it("give a session away, and keep what is said", async () => {
    const alice = owner();
    const bob = guest();
    const carol = guest();
    const path = await conversationOf(alice, { external_id: `mine-${crypto.randomUUID()}` });
    await shareWith(alice, path, bob.id, "edit");
    await shareWith(alice, path, carol.id, "view");
    const headers = { "idempotency-key": crypto.randomUUID() };
    const body = { to_user_id: bob.id, keep: "view" };
    const given = await alice.post(`${path}/transfer`, body, headers);
    expect([given.status, given.body]).toMatchObject([
      200,
      { user_id: bob.id, created_by: alice.id, external_id: null },
    ]);
    expect((await alice.post(`${path}/transfer`, body, headers)).body.user_id).toBe(bob.id);
    expect((await alice.get(`${path}/access`)).body.permissions).toBe("view");
    expect((await bob.get(`${path}/access`)).body.permissions).toBe("own");
    expect((await carol.get(`${path}/access`)).body.permissions).toBe("view");
    expect((await alice.patch(path, { title: "no" })).status).toBe(403);
    expect((await bob.patch(path, { title: "mine" })).status).toBe(200);
    expect((await alice.get(path)).body.title).toBe("mine");
    expect((await bob.get("/api/v1/sessions")).body.sessions).toHaveLength(1);
    expect((await alice.get("/api/v1/sessions")).body.sessions).toHaveLength(0);
    await expect
      .poll(async () => (await bob.get("/api/v1/search?q=hello")).body.hits.length, {
        timeout: 5000,
      })
      .toBe(1);
    expect((await alice.get("/api/v1/search?q=hello")).body.hits).toEqual([]);
  });

  it("leave nothing to who keeps nothing, on any server", async () => {
    const alice = owner();
    const there = person(servers().at(-1)!, { sub: alice.id });
    const bob = guest();
    const path = await conversationOf(alice);
    await shareWith(alice, path, bob.id);
    expect((await there.get(path)).status).toBe(200);
    expect((await alice.post(`${path}/transfer`, { to_user_id: bob.id })).status).toBe(200);
    for (const by of [alice, there]) expect((await by.get(path)).status).toBe(404);
    expect((await bob.get(`${path}/messages`)).body.total).toBe(2);
  });

  it("are refused to strangers, and while there is work", async () => {
    const alice = owner();
    const bob = guest();
    const path = await conversationOf(alice);
    const refused = await alice.post(`${path}/transfer`, { to_user_id: bob.id });
    expect([refused.status, refused.body.error]).toEqual([400, "invalid_argument"]);
    expect((await alice.post(`${path}/transfer`, { to_user_id: alice.id })).status).toBe(400);
    await shareWith(alice, path, bob.id, "collaborate");
    expect((await bob.post(`${path}/tasks`, { query: "work" })).status).toBe(201);
    const busy = await alice.post(`${path}/transfer`, { to_user_id: bob.id });
    expect([busy.status, busy.body.error]).toEqual([409, "session_busy"]);
    expect((await bob.post(`${path}/transfer`, { to_user_id: bob.id })).status).toBe(403);
  });
}
