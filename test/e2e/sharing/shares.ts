import { expect, it } from "vitest";
import { conversationOf, person, type Servers, shareWith } from "./people.ts";

export function sharesSuite(servers: Servers): void {
  const owner = () => person(servers()[0]);
  const guest = (claims = {}) => person(servers().at(-1)!, claims);

  it("answer as the document says, and once for one request", async () => {
    const alice = owner();
    const path = await conversationOf(alice);
    const body = {
      recipients: ["bob", "carol@example.com", "bob"],
      permissions: "edit",
      message: "have a look",
      expiration: "2999-01-02",
    };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const made = await alice.post(`${path}/share`, body, headers);
    expect([made.status, made.body]).toEqual([
      201,
      {
        share_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        share_url: `${servers()[0].url}${path}`,
        recipients: ["bob", "carol@example.com"],
        expires_at: "2999-01-03T00:00:00Z",
        share: expect.objectContaining({ permissions: "edit", message: "have a look" }),
      },
    ]);
    expect((await alice.post(`${path}/share`, body, headers)).body).toEqual(made.body);
    const { body: list } = await alice.get(`${path}/shares`);
    expect(list.shares).toEqual([made.body.share]);
  });

  it.each([
    [{ recipients: [] }, "recipients"],
    [{}, "recipients"],
    [{ recipients: ["two words"] }, "recipients[0]"],
    [{ recipients: ["bob"], permissions: "own" }, "permissions"],
    [{ recipients: ["bob"], permissions: "admin" }, "permissions"],
    [{ recipients: ["bob"], expiration: "2020-01-01" }, "expiration"],
    [{ recipients: ["bob"], expiration: "soon" }, "expiration"],
    [{ groups: [" "] }, "groups[0]"],
  ])("are refused as %o, naming %s", async (body, field) => {
    const alice = owner();
    const path = await conversationOf(alice);
    const { status, body: answer } = await alice.post(`${path}/share`, body);
    expect([status, answer.error]).toEqual([400, "invalid_argument"]);
    expect(JSON.stringify(answer)).toContain(field);
  });

  it("do not name their owner alone", async () => {
    const alice = owner();
    const path = await conversationOf(alice);
    const { status } = await alice.post(`${path}/share`, { recipients: [alice.id] });
    expect(status).toBe(400);
  });

  it("are for groups and verified addresses too", async () => {
    const alice = owner();
    const path = await conversationOf(alice);
    const email = `Bob.${crypto.randomUUID()}@Example.com`;
    const group = `team ${crypto.randomUUID()}`;
    const body = { recipients: [email.toLowerCase()], groups: [group] };
    expect((await alice.post(`${path}/share`, body)).status).toBe(201);
    const statusOf = async (claims: object) => (await guest({ ...claims }).get(path)).status;
    expect(await statusOf({ email, email_verified: true })).toBe(200);
    expect(await statusOf({ email, email_verified: false })).toBe(404);
    expect(await statusOf({ groups: ["others", group] })).toBe(200);
    expect(await statusOf({ groups: ["others"] })).toBe(404);
  });

  it("are changed and revoked, and seen to be at once on every server", async () => {
    const alice = owner();
    const bob = guest();
    const path = await conversationOf(alice);
    const share = await shareWith(alice, path, bob.id, "edit");
    const say = () =>
      bob.post(`${path}/messages`, { messages: [{ role: "user", content: "more" }] });
    expect((await say()).status).toBe(201);
    const less = await alice.patch(share, { permissions: "view", message: "only look" });
    expect(less.body).toMatchObject({ permissions: "view", message: "only look" });
    expect((await say()).status).toBe(403);
    expect((await bob.get(`${path}/access`)).body).toMatchObject({
      permissions: "view",
      owner: alice.id,
    });
    expect((await alice.delete(share)).status).toBe(204);
    expect((await bob.get(path)).status).toBe(404);
    expect((await alice.delete(share)).status).toBe(204);
    expect((await alice.patch(share, { permissions: "view" })).body.error).toBe("share_not_found");
  });

  it("end by themselves", async () => {
    const alice = owner();
    const bob = guest();
    const path = await conversationOf(alice);
    const expiration = new Date(Date.now() + 1500).toISOString();
    await shareWith(alice, path, bob.id, "view", { expiration });
    expect((await bob.get(`${path}/access`)).body.expires_at).toBe(expiration);
    expect((await bob.get("/api/v1/shared")).body.shared).toHaveLength(1);
    await expect.poll(async () => (await bob.get(path)).status, { timeout: 4000 }).toBe(404);
    expect((await bob.get("/api/v1/shared")).body.shared).toEqual([]);
    expect((await alice.get(`${path}/shares`)).body.shares).toHaveLength(1);
  });

  it("make the list of what is shared with somebody, with the most that they may", async () => {
    const alice = owner();
    const bob = guest();
    const [one, two] = [await conversationOf(alice), await conversationOf(alice)];
    await shareWith(alice, one, bob.id, "collaborate", { message: "yours too" });
    await shareWith(alice, one, bob.id, "view");
    await shareWith(alice, two, bob.id, "edit");
    await conversationOf(bob);
    const { body } = await bob.get("/api/v1/shared");
    const listed = body.shared.map((entry: { session: { session_id: string } }) => ({
      ...entry,
      session: entry.session.session_id,
    }));
    expect(listed).toEqual([
      expect.objectContaining({ session: two.split("/").at(-1), permissions: "edit" }),
      expect.objectContaining({
        session: one.split("/").at(-1),
        permissions: "collaborate",
        message: "yours too",
      }),
    ]);
    const page = await bob.get("/api/v1/shared?limit=1&offset=1");
    expect([page.body.shared.length, page.body.has_more]).toEqual([1, false]);
    expect((await bob.get("/api/v1/sessions")).body.total_count).toBe(1);
    expect((await owner().get("/api/v1/shared")).body).toEqual({ shared: [], has_more: false });
  });

  it("are not taken over by a fork, which is its maker's own", async () => {
    const alice = owner();
    const [bob, carol] = [guest(), guest()];
    const path = await conversationOf(alice);
    await shareWith(alice, path, bob.id);
    await shareWith(alice, path, carol.id);
    const fork = await bob.post(`${path}/fork`);
    expect([fork.status, fork.body.user_id]).toEqual([201, bob.id]);
    const copy = `/api/v1/sessions/${fork.body.session_id}`;
    expect((await bob.get(`${copy}/shares`)).body.shares).toEqual([]);
    for (const by of [alice, carol]) expect((await by.get(copy)).status).toBe(404);
  });
}
