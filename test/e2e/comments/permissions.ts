import { describe, expect, it } from "vitest";
import { conversationOf, type Person, person, type Servers, shareWith } from "../sharing/people.ts";

type Call = ReturnType<Person["get"]>;

/** What each may do with a comment of somebody else, from the least on. */
const CALLS: readonly [
  what: string,
  from: string,
  call: (by: Person, path: string, id: string) => Call,
][] = [
  ["list them", "view", (by, path) => by.get(path)],
  ["read one", "view", (by, path, id) => by.get(`${path}/${id}`)],
  ["add one", "collaborate", (by, path) => by.post(path, { content: "mine" })],
  ["answer one", "collaborate", (by, path, id) => by.post(path, { content: "a", reply_to: id })],
  ["resolve one", "collaborate", (by, path, id) => by.post(`${path}/${id}/resolve`)],
  ["change one", "author", (by, path, id) => by.patch(`${path}/${id}`, { content: "other" })],
  ["delete one", "own", (by, path, id) => by.delete(`${path}/${id}`)],
];
const LEVELS = ["view", "edit", "collaborate", "own", "author"];

export function permissionsSuite(servers: Servers): void {
  const owner = () => person(servers()[0]);
  const guest = (claims = {}) => person(servers().at(-1)!, claims);

  /** A comment of a collaborator, in a session that is shared with somebody else besides. */
  async function scene(level = "view") {
    const [alice, bob, carol] = [owner(), guest(), guest()];
    const session = await conversationOf(alice);
    const share = await shareWith(alice, session, bob.id, "collaborate");
    await shareWith(alice, session, carol.id, level);
    const path = `${session}/comments`;
    const { body } = await bob.post(path, { content: "secret" });
    return { alice, bob, carol, session, share, path, id: body.comment_id as string };
  }

  describe.each(LEVELS.slice(0, 4))("who may %s", (level) => {
    it.each(CALLS)("and asks to %s", async (_, from, call) => {
      const { alice, carol, path, id } = await scene(level === "own" ? "view" : level);
      const { status, body } = await call(level === "own" ? alice : carol, path, id);
      if (LEVELS.indexOf(level) >= LEVELS.indexOf(from)) {
        expect([status, body.error ?? ""]).toEqual([expect.toBeOneOf([200, 201, 204]), ""]);
      } else expect([status, body.error]).toEqual([403, "session_not_accessible"]);
    });
  });

  it("tells strangers and other tenants what it tells of an unknown session", async () => {
    const { bob, path, id } = await scene();
    const stranger = guest();
    const elsewhere = guest({ sub: bob.id, org: { id: "elsewhere" } });
    for (const [, , call] of CALLS) {
      const unknown = await call(stranger, "/api/v1/sessions/nothing-there/comments", id);
      for (const by of [stranger, elsewhere]) {
        const { status, body } = await call(by, path, id);
        expect([status, { ...body, timestamp: "" }]).toEqual([
          404,
          { ...unknown.body, timestamp: "" },
        ]);
      }
    }
  });

  it("lets whoever may only look take back its own words, and change them no more", async () => {
    const { alice, bob, share, path, id } = await scene();
    await alice.patch(share, { permissions: "view" });
    const change = await bob.patch(`${path}/${id}`, { content: "other" });
    expect([change.status, change.body.error]).toEqual([403, "session_not_accessible"]);
    expect((await bob.delete(`${path}/${id}`)).status).toBe(204);
    expect((await alice.get(path)).body.comments).toEqual([]);
  });

  it("lets nobody in who lost the share", async () => {
    const { alice, bob, share, path, id } = await scene();
    await alice.delete(share);
    expect((await bob.delete(`${path}/${id}`)).body.error).toBe("session_not_found");
    expect((await bob.get(path)).body.error).toBe("session_not_found");
    expect((await alice.get(path)).body.comments).toMatchObject([{ author: { user_id: bob.id } }]);
  });
}
