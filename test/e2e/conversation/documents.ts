import { describe, expect, it } from "vitest";
import type { RestClient } from "../../support/rest.ts";
import { as, RFC_3339, type Target, UUID_V7 } from "./target.ts";

const SESSIONS = "/api/v1/sessions";

async function newSession(client: RestClient, request: object = {}): Promise<string> {
  const { body } = await client.post(SESSIONS, request);
  return `${SESSIONS}/${body.session_id}`;
}

/** So many turns, at most 50, each a question and its answer. */
async function talk(client: RestClient, path: string, turns: number): Promise<void> {
  const messages = Array.from({ length: turns }, (_, i) => [
    { role: "user", content: `q${i + 1}` },
    { role: "assistant", content: `a${i + 1}` },
  ]).flat();
  expect((await client.post(`${path}/messages`, { messages })).status).toBe(201);
}

const statusesOf = (client: RestClient, paths: readonly string[]) =>
  Promise.all(paths.map(async (path) => [path, (await client.get(path)).status]));

/** What the documents promise of conversations, where no other suite has it already. */
export function documentsSuite(target: Target): void {
  describe("focal", () => focal(target));
  describe("shannon", () => shannon(target));
  describe("slides", () => slides(target));
  describe("mythline", () => mythline(target));
}

function focal(target: Target): void {
  it("gives the state of a session: scenario, variables, turns, agent, channel, rules", async () => {
    const alice = as(target);
    const facts = {
      ...{ agent_id: "concierge", channel: "whatsapp" },
      ...{ user_channel_id: "+420 123", config_version: "7" },
    };
    const path = await newSession(alice, facts);
    await talk(alice, path, 2);
    const changed = await alice.patch(`${path}/state`, {
      variables: { city: "Brno" },
      scenario: { scenario_id: "booking", step_id: "ask" },
      rules_fired: ["greet"],
    });
    const { body: session } = await alice.get(path);
    expect(session).toMatchObject({
      ...facts,
      turn_count: 2,
      active_scenario_id: "booking",
      active_step_id: "ask",
    });
    const { body } = await alice.get(`${path}/state`);
    const [{ at }] = (await alice.get(`${path}/log?after_seq=5`)).body.events;
    expect(session.last_activity_at >= at).toBe(true);
    expect(body).toMatchObject({
      seq: changed.body.version,
      state: {
        variables: { city: { value: "Brno", updated_at: at } },
        active_scenario: { scenario_id: "booking", step_id: "ask" },
        rule_fires: { greet: { count: 1, last_fired_at: at } },
      },
    });
  });

  it("gives thirty turns newest first, twenty at a time, unless told otherwise", async () => {
    const alice = as(target);
    const path = await newSession(alice);
    await talk(alice, path, 30);
    const page = async (query: string) => {
      const { body } = await alice.get(`${path}/turns${query}`);
      const { items, ...place } = body;
      return { ...place, numbers: items.map((t: { turn_number: number }) => t.turn_number) };
    };
    const down = (from: number, to: number) =>
      Array.from({ length: from - to + 1 }, (_, i) => from - i);
    const newest = { total: 30, limit: 20, offset: 0, has_more: true, numbers: down(30, 11) };
    expect(await page("")).toMatchObject(newest);
    const whole = { total: 30, limit: 100, has_more: false, numbers: down(30, 1) };
    expect(await page("?limit=100")).toMatchObject(whole);
    expect(await page("?limit=1&offset=29")).toMatchObject({ has_more: false, numbers: [1] });
    expect(await page("?offset=30")).toMatchObject({ total: 30, has_more: false, numbers: [] });
    const wrong = ["limit=0", "limit=101", "limit=1.5", "limit=x", "offset=-1", "sort=up"];
    for (const query of wrong) {
      const answer = await alice.get(`${path}/turns?${query}`);
      expect([query, answer.status, answer.body.error]).toEqual([query, 400, "invalid_argument"]);
    }
  });

  it.each([
    ["blank", "a%20b"],
    ["slash", "a%2Fb"],
    ["NUL", "a%00b"],
    ["letter that is not ASCII", "%C3%A9"],
    ["sign", "a@b"],
    ["picture", "%F0%9F%A6%8A"],
    ["129th character", "x".repeat(129)],
    ["reserved word", "import"],
  ])("says of an id that is malformed (by a %s) what it says of none", async (_, id) => {
    const alice = as(target);
    const path = `${SESSIONS}/${id}`;
    const views = ["", "/turns", "/messages", "/events", "/log", "/state", "/info"];
    const nobody = (await alice.get(`${SESSIONS}/${crypto.randomUUID()}`)).body;
    for (const view of views) {
      const { status, body } = await alice.get(path + view);
      expect([view, status]).toEqual([view, 404]);
      expect({ ...body, timestamp: 0 }).toEqual({ ...nobody, timestamp: 0 });
    }
    expect((await alice.delete(path)).body.error).toBe("session_not_found");
    expect((await alice.patch(path, { title: "T" })).body.error).toBe("session_not_found");
    const messages = [{ role: "user", content: "x" }];
    const append = await alice.post(`${path}/messages`, { messages });
    expect(append.body.error).toBe("session_not_found");
    expect(await alice.get(`${path}/exists`)).toMatchObject({
      status: 200,
      body: { exists: false },
    });
    const create = { session_id: decodeURIComponent(id) };
    expect(await alice.post(SESSIONS, create)).toMatchObject({
      status: 400,
      body: { error: "invalid_argument", message: expect.stringContaining("session_id") },
    });
  });
}

function shannon(target: Target): void {
  it("gives events of ten turns unless told otherwise, and none as an empty list", async () => {
    const alice = as(target);
    const path = await newSession(alice);
    const none = (await alice.get(`${path}/events`)).body;
    expect(none).toMatchObject({ count: 0, turns: [] });
    await talk(alice, path, 12);
    await alice.post(`${path}/turns`);
    const numbers = async (query: string) => {
      const { body } = await alice.get(`${path}/events${query}`);
      expect(body.count).toBe(13);
      return body.turns.map(({ turn }: { turn: number }) => turn);
    };
    const counted = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(await numbers("")).toEqual(counted(1, 10));
    expect(await numbers("?limit=100")).toEqual(counted(1, 13));
    expect(await numbers("?offset=10")).toEqual(counted(11, 13));
    expect(await numbers("?limit=1&offset=4")).toEqual([5]);
    const { body } = await alice.get(`${path}/events?offset=12&include_payload=true`);
    expect(body.turns).toMatchObject([{ user_query: "", final_output: "", event_count: 1 }]);
    const empty = await alice.get(`${path}/events?turn=1&after_seq=3`);
    expect(empty.body.turns[0].events).toEqual([]);
    const wrong = ["limit=0", "limit=101", "limit=x", "offset=-1", "include_payload=perhaps"];
    for (const query of wrong) {
      const answer = await alice.get(`${path}/events?${query}`);
      expect([query, answer.status, answer.body.error]).toEqual([query, 400, "invalid_argument"]);
    }
  });

  it("tells of partials in no event, before and after their message", async () => {
    const alice = as(target);
    const path = await newSession(alice);
    await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "q" }] });
    const message_id = crypto.randomUUID();
    const partial = { message_id, offset: 0, text: "half an ans" };
    expect((await alice.post(`${path}/partials`, partial)).body).toEqual({ next_offset: 11 });
    for (const told of ["", "half an answer"]) {
      if (told !== "") {
        const messages = [{ role: "assistant", content: told, message_id }];
        await alice.post(`${path}/messages`, { messages });
      }
      const { turns } = (await alice.get(`${path}/events?include_payload=true`)).body;
      const contents = told === "" ? ["q"] : ["q", told];
      expect(turns).toMatchObject([
        {
          final_output: told,
          event_count: contents.length,
          events: contents.map((content) => ({ type: "message", message: { content } })),
        },
      ]);
      const { events } = (await alice.get(`${path}/log`)).body;
      expect(events).toHaveLength(contents.length + 1);
    }
  });

  it("has one rule for titles wherever one is written", async () => {
    const alice = as(target);
    const path = await newSession(alice, { title: "T" });
    const writers = [
      (title: string) => alice.patch(path, { title }),
      (title: string) => alice.post(SESSIONS, { title }),
      (title: string) => alice.post(`${path}/fork`, { title }),
    ];
    const horses = "🐎".repeat(60);
    for (const write of writers) {
      for (const [given, kept] of [
        ["\ufeff  Q\u00013\u200b \n", "Q3"],
        [` ${horses}\u200b`, horses],
        ["two\u0000 words", "two words"],
      ]) {
        expect((await write(given!)).body.title).toBe(kept);
      }
      for (const title of ["", "\u200b\ufeff", " \t\n", "\u0001\u007f", `${horses}🐎`]) {
        expect(await write(title)).toMatchObject({
          status: 400,
          body: { error: "invalid_argument", message: expect.stringContaining("title") },
        });
      }
    }
    const unknown = `${SESSIONS}/${crypto.randomUUID()}`;
    expect((await alice.patch(unknown, { title: "\u200b" })).status).toBe(400);
    expect((await alice.patch(unknown, { title: "fine" })).status).toBe(404);
    expect((await as(target).patch(path, { title: "\u200b" })).status).toBe(400);
  });
}

function slides(target: Target): void {
  it("gives messages with role, content and time, of a session of who called", async () => {
    const alice = as(target);
    const claims = { created_by: "mallory", user_id: "mallory", tenant_id: "theirs" };
    const before = new Date().toISOString();
    const { status, body: session } = await alice.post(SESSIONS, { title: "Q3", ...claims });
    expect(status).toBe(201);
    expect(session.created_by).toBe(session.user_id);
    expect(session.created_by).toMatch(/^user-/);
    expect(session.tenant_id).not.toBe("theirs");
    const path = `${SESSIONS}/${session.session_id}`;
    await talk(alice, path, 2);
    const { messages } = (await alice.get(`${path}/messages`)).body;
    expect(messages).toMatchObject([
      { role: "user", content: "q1", timestamp: expect.stringMatching(RFC_3339) },
      { role: "assistant", content: "a1", timestamp: expect.stringMatching(RFC_3339) },
      { role: "user", content: "q2", timestamp: expect.stringMatching(RFC_3339) },
      { role: "assistant", content: "a2", timestamp: expect.stringMatching(RFC_3339) },
    ]);
    const times = messages.map(({ timestamp }: { timestamp: string }) => Date.parse(timestamp));
    expect(times).toEqual(times.toSorted());
    expect(times[0]).toBeGreaterThanOrEqual(Date.parse(before));
    expect(times[3]).toBeLessThanOrEqual(Date.now());
    expect((await alice.get(path)).body).toMatchObject({ message_count: 4, title: "Q3" });
  });

  it("lists one to a hundred sessions of the caller's own", async () => {
    const [alice, bob] = [as(target), as(target)];
    const path = await newSession(alice, { title: "mine" });
    await newSession(bob, { title: "not hers" });
    const { body } = await alice.get(`${SESSIONS}?limit=100`);
    expect(body).toMatchObject({ count: 1, sessions: [{ title: "mine" }] });
    expect(`${SESSIONS}/${body.sessions[0].session_id}`).toBe(path);
  });
}

function mythline(target: Target): void {
  it("says what a session takes, whether it is there, and which is the latest", async () => {
    const alice = as(target);
    const path = await newSession(alice, { agent_id: "researcher" });
    const { body: session } = await alice.get(path);
    await talk(alice, path, 1);
    const { status, body: info } = await alice.get(`${path}/info`);
    expect(status).toBe(200);
    expect(info).toEqual({
      session_id: expect.stringMatching(UUID_V7),
      created: session.created_at,
      last_modified: (await alice.get(path)).body.updated_at,
      message_count: 2,
      file_size: expect.any(Number),
    });
    await talk(alice, path, 1);
    const grown = (await alice.get(`${path}/info`)).body;
    expect(grown.message_count).toBe(4);
    expect(grown.file_size).toBeGreaterThan(info.file_size);
    expect(grown.last_modified > info.last_modified).toBe(true);
    expect((await alice.get(`${path}/exists`)).body).toEqual({ exists: true });
    await newSession(alice, { agent_id: "writer" });
    const latest = async (query: string) =>
      (await alice.get(`${SESSIONS}/latest${query}`)).body.session_id;
    expect(await latest("?agent_id=researcher")).toBe(session.session_id);
    expect(await latest("")).not.toBe(session.session_id);
    await talk(alice, path, 1);
    expect(await latest("")).toBe(session.session_id);
    await alice.delete(path);
    expect(await latest("")).not.toBe(session.session_id);
    expect((await alice.get(`${SESSIONS}/latest?agent_id=researcher`)).status).toBe(404);
    expect((await alice.get(`${path}/exists`)).body).toEqual({ exists: false });
    expect(await statusesOf(alice, [`${path}/info`, path])).toEqual([
      [`${path}/info`, 404],
      [path, 404],
    ]);
  });

  it("lists sessions with when they were last modified and how many messages they have", async () => {
    const alice = as(target);
    const path = await newSession(alice);
    await newSession(alice);
    await talk(alice, path, 1);
    const { sessions } = (await alice.get(SESSIONS)).body;
    const counts = sessions.map(({ message_count }: { message_count: number }) => message_count);
    expect(counts).toEqual([0, 2]);
    const info = (await alice.get(`${path}/info`)).body;
    expect(sessions[1].updated_at).toBe(info.last_modified);
  });
}
