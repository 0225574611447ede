import { describe, expect, it } from "vitest";
import { conversationOf, type Person, person, type Servers, shareWith } from "./people.ts";

/** What each may do, from the least on: the status of each call for those below and from there on. */
const CALLS: readonly [what: string, from: string, call: (by: Person, path: string) => Call][] = [
  ["read it", "view", (by, path) => by.get(path)],
  ["read its messages", "view", (by, path) => by.get(`${path}/messages`)],
  ["read its log", "view", (by, path) => by.get(`${path}/log`)],
  ["read its turns", "view", (by, path) => by.get(`${path}/turns`)],
  ["read its state", "view", (by, path) => by.get(`${path}/state`)],
  ["read its history", "view", (by, path) => by.get(`${path}/history`)],
  ["fork it", "view", (by, path) => by.post(`${path}/fork`)],
  [
    "append to it",
    "edit",
    (by, path) =>
      by.post(`${path}/messages`, { messages: [{ role: "user", content: "and another thing" }] }),
  ],
  ["change its title", "edit", (by, path) => by.patch(path, { title: "another" })],
  [
    "change its state",
    "collaborate",
    (by, path) => by.patch(`${path}/state`, { variables: { a: 1 } }),
  ],
  ["submit a task", "collaborate", (by, path) => by.post(`${path}/tasks`, { query: "work" })],
  ["cancel its task", "collaborate", (by, path) => by.post(`${path}/cancel`)],
  ["change its labels", "own", (by, path) => by.patch(path, { labels: { a: "b" } })],
  ["clear it", "own", (by, path) => by.post(`${path}/clear`)],
  ["see its shares", "own", (by, path) => by.get(`${path}/shares`)],
  ["share it", "own", (by, path) => by.post(`${path}/share`, { recipients: ["somebody-else"] })],
  ["delete it", "own", (by, path) => by.delete(path)],
];
type Call = ReturnType<Person["get"]>;

const LEVELS = ["view", "edit", "collaborate", "own"];

export function permissionsSuite(servers: Servers): void {
  const owner = () => person(servers()[0]);
  const guest = (claims = {}) => person(servers().at(-1)!, claims);

  describe.each(LEVELS)("who may %s", (level) => {
    it.each(CALLS)("and asks to %s", async (_, from, call) => {
      const alice = owner();
      const path = await conversationOf(alice);
      const by = level === "own" ? alice : guest();
      if (level !== "own") await shareWith(alice, path, by.id, level);
      // There is something to be cancelled.
      if (from === "collaborate") await alice.post(`${path}/tasks`, { query: "work" });
      const { status, body } = await call(by, path);
      if (LEVELS.indexOf(level) >= LEVELS.indexOf(from)) {
        expect([status, body.error ?? ""]).toEqual([expect.toBeOneOf([200, 201, 204]), ""]);
      } else expect([status, body.error]).toEqual([403, "session_not_accessible"]);
    });
  });

  it("is nothing to whom it is not shared with, in the words of an unknown session", async () => {
    const alice = owner();
    const path = await conversationOf(alice);
    await shareWith(alice, path, "somebody", "collaborate");
    const bob = guest();
    const stranger = guest({ sub: "somebody", org: { id: "elsewhere" } });
    for (const [what, , call] of CALLS) {
      // That makes a session where there is none.
      if (what === "submit a task") continue;
      const unknown = await call(bob, "/api/v1/sessions/nothing-there");
      for (const by of [bob, stranger]) {
        const { status, body } = await call(by, path);
        expect([status, { ...body, timestamp: "" }]).toEqual([
          404,
          { ...unknown.body, timestamp: "" },
        ]);
      }
    }
  });

  it("ends with the session for those it is shared with, whatever its owner may do yet", async () => {
    const alice = owner();
    const bob = guest();
    const path = await conversationOf(alice);
    await shareWith(alice, path, bob.id, "collaborate");
    expect((await bob.get(path)).status).toBe(200);
    expect((await alice.delete(path)).status).toBe(204);
    for (const call of [bob.get(path), bob.delete(path), bob.post(`${path}/restore`)]) {
      expect((await call).body.error).toBe("session_not_found");
    }
    expect((await alice.post(`${path}/restore`)).status).toBe(200);
    expect((await bob.get(path)).status).toBe(200);
  });
}
