import { expect, it } from "vitest";
import type { RestClient } from "../../support/rest.ts";
import { as, type Target } from "./target.ts";

const CONSISTENCIES = ["live", "strong"];

/** A new session of a new user, and its path. */
async function conversation(target: Target, request: object = {}) {
  const user = as(target);
  const { body } = await user.post("/api/v1/sessions", request);
  return { user, path: `/api/v1/sessions/${body.session_id}` };
}

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const numbersOf = (body: { items: { turn_number: number }[] }) =>
  body.items.map((turn) => turn.turn_number);

async function say(client: RestClient, path: string, messages: object[], more: object = {}) {
  return client.post(`${path}/messages`, { messages, ...more });
}

export function turnsSuite(target: Target): void {
  it("are begun, appended to and ended by calls, and tell all that was said of them", async () => {
    const { user: alice, path } = await conversation(target);
    const begun = await alice.post(`${path}/turns`, {
      user_message: "book a table",
      scenario_before: { scenario_id: "booking", step_id: "ask" },
      metadata: { model: "m", attempt: 1 },
    });
    expect(begun.status).toBe(201);
    expect(begun.body).toMatchObject({
      turn_number: 1,
      user_message: "book a table",
      agent_response: "",
      first_seq: 2,
      last_seq: 3,
      status: "open",
      tokens_used: null,
      ended_at: null,
    });
    const turn = begun.body.turn_id;
    const call = { call_id: "c1", name: "find", input: { size: 2 } };
    const answer = { call_id: "c1", name: "find", output: ["Basta"] };
    const appended = await say(
      alice,
      path,
      [
        { role: "assistant", parts: [{ tool_call: call }], tokens: 5 },
        { role: "tool", parts: [{ tool_result: answer }] },
        user("outside, please"),
      ],
      { turn },
    );
    expect(appended.status).toBe(201);
    expect(appended.body.messages.map((m: { turn_number: number }) => m.turn_number)).toEqual([
      1, 1, 1,
    ]);
    const events = [{ name: "rule_checked", agent_id: "guard" }];
    expect((await alice.post(`${path}/events`, { events })).status).toBe(201);
    const end = {
      agent_response: "Done: Basta at eight",
      matched_rules: [{ rule_id: "r1", score: 0.5 }],
      tools_called: [
        { call_id: "c1", latency_ms: 12 },
        { call_id: "c2", name: "book", success: false },
      ],
      scenario_after: { scenario_id: "booking", step_id: "done" },
      latency_ms: 900,
      tokens_used: 50,
      outcome: "resolved",
      metadata: { attempt: 2 },
    };
    const ended = await alice.post(`${path}/turns/${turn}/end`, end);
    expect(ended.status).toBe(200);
    expect(ended.body).toMatchObject({
      turn_id: turn,
      turn_number: 1,
      user_message: "book a table",
      agent_response: "Done: Basta at eight",
      tools_called: [
        { ...call, output: ["Basta"], success: true, latency_ms: 12 },
        { call_id: "c2", name: "book", success: false },
      ],
      matched_rules: [{ rule_id: "r1", score: 0.5 }],
      scenario_before: { scenario_id: "booking", step_id: "ask" },
      scenario_after: { scenario_id: "booking", step_id: "done" },
      first_seq: 2,
      last_seq: 9,
      status: "ended",
      latency_ms: 900,
      tokens_used: 50,
      outcome: "resolved",
      metadata: { model: "m", attempt: 2 },
    });
    expect(ended.body.ended_at).toMatch(/^\d{4}-/);
    // What comes after belongs to another turn, or to nobody's account.
    await alice.post(`${path}/events`, { events });
    await say(alice, path, [assistant("By the way …"), user("yes?")]);
    for (const consistency of CONSISTENCIES) {
      for (const name of [turn, "1"]) {
        const { body } = await alice.get(`${path}/turns/${name}?consistency=${consistency}`);
        expect(body).toEqual(ended.body);
      }
      const { body } = await alice.get(`${path}/turns?consistency=${consistency}`);
      expect(numbersOf(body)).toEqual([3, 2, 1]);
      expect(body.items[2]).toEqual(ended.body);
      expect(body.items[1]).toMatchObject({ user_message: "", agent_response: "By the way …" });
    }
  });

  it("say in what order they came, whatever the order they are listed in", async () => {
    const { user: alice, path } = await conversation(target);
    for (let n = 1; n <= 30; n++) await say(alice, path, [user(`q${n}`), assistant(`a${n}`)]);
    for (const c of CONSISTENCIES.map((consistency) => `consistency=${consistency}`)) {
      const newest = (await alice.get(`${path}/turns?sort=desc&limit=20&${c}`)).body;
      expect(numbersOf(newest)).toEqual(Array.from({ length: 20 }, (_, i) => 30 - i));
      expect(newest).toMatchObject({ total: 30, limit: 20, offset: 0, has_more: true });
      expect(newest.items[0]).toMatchObject({ user_message: "q30", agent_response: "a30" });
      const rest = (await alice.get(`${path}/turns?limit=20&offset=20&${c}`)).body;
      expect(numbersOf(rest)).toEqual(Array.from({ length: 10 }, (_, i) => 10 - i));
      expect(rest.has_more).toBe(false);
      const oldest = (await alice.get(`${path}/turns?sort=asc&limit=3&${c}`)).body;
      expect(numbersOf(oldest)).toEqual([1, 2, 3]);
      expect(oldest.items.map((t: { status: string }) => t.status)).toEqual(Array(3).fill("ended"));
    }
  });

  it("are refused where they cannot be begun, appended to or ended", async () => {
    const { user: alice, path } = await conversation(target);
    const error = async (answer: Promise<{ status: number; body: { error: string } }>) => {
      const { status, body } = await answer;
      return [status, body.error];
    };
    const end = (turn: string) => error(alice.post(`${path}/turns/${turn}/end`));
    const append = (turn: string) => error(say(alice, path, [user("x")], { turn }));
    expect(await end("1")).toEqual([404, "turn_not_found"]);
    const { body: begun } = await alice.post(`${path}/turns`);
    expect(await error(alice.post(`${path}/turns`))).toEqual([409, "turn_open"]);
    expect(await append(crypto.randomUUID())).toEqual([404, "turn_not_found"]);
    expect(await error(alice.get(`${path}/turns/2`))).toEqual([404, "turn_not_found"]);
    expect((await alice.post(`${path}/turns/1/end`)).status).toBe(200);
    for (const turn of ["1", begun.turn_id]) {
      expect(await end(turn)).toEqual([409, "turn_ended"]);
      expect(await append(turn)).toEqual([409, "turn_ended"]);
    }
    await say(alice, path, [user("q2"), user("q3")]);
    expect(await end("2")).toEqual([409, "turn_ended"]);
    expect(await append("0")).toEqual([404, "turn_not_found"]);
    expect(await error(as(target).get(`${path}/turns/1`))).toEqual([404, "session_not_found"]);
    expect(await error(as(target).post(`${path}/turns`))).toEqual([404, "session_not_found"]);
  });

  it("that formed are found by their ids, appended to and ended like any other", async () => {
    const { user: alice, path } = await conversation(target);
    await say(alice, path, [user("q1")]);
    const { body: last } = await say(alice, path, [user("q2")]);
    const turn = last.messages[0].message_id;
    const { body: appended } = await say(alice, path, [assistant("a"), user("more")], { turn });
    expect(appended.messages.map((m: { turn_number: number }) => m.turn_number)).toEqual([2, 2]);
    const byNumber = await say(alice, path, [user("and more")], { turn: "2" });
    expect(byNumber.body.messages[0].turn_number).toBe(2);
    const ended = await alice.post(`${path}/turns/${turn}/end`, { outcome: "done" });
    expect(ended.body).toMatchObject({ turn_id: turn, user_message: "q2", outcome: "done" });
    expect((await alice.get(`${path}/turns/${turn}`)).body).toEqual(ended.body);
    const { body: next } = await say(alice, path, [{ role: "system", content: "s" }]);
    expect(next.messages[0].turn_number).toBe(3);
    const byNumberOnly = await alice.post(`${path}/turns/3/end`);
    expect(byNumberOnly.body.turn_id).toBe(next.messages[0].message_id);
  });

  it("give a retry its first answer, whatever has come since", async () => {
    const { user: alice, path } = await conversation(target);
    const begin = { user_message: "q", request_id: "b" };
    const begun = await alice.post(`${path}/turns`, begin);
    const append = { turn: begun.body.turn_id, request_id: "m" };
    const appended = await say(alice, path, [assistant("a")], append);
    const end = { outcome: "done", request_id: "e" };
    const url = `${path}/turns/${begun.body.turn_id}/end`;
    const ended = await alice.post(url, end);
    await alice.post(`${path}/events`, { events: [{ name: "late" }] });
    await say(alice, path, [user("next")]);
    expect((await alice.post(`${path}/turns`, begin)).body).toEqual(begun.body);
    expect((await say(alice, path, [assistant("a")], append)).body).toEqual(appended.body);
    expect((await alice.post(url, end)).body).toEqual(ended.body);
    expect((await alice.get(path)).body).toMatchObject({ turn_count: 2, message_count: 3 });
    const other = await alice.post(url, { ...end, outcome: "other" });
    expect(other).toMatchObject({ status: 409, body: { error: "idempotency_conflict" } });
  });

  it("of 5,000 events are read page by page, and told as one", async () => {
    const { user: alice, path } = await conversation(target);
    const begun = await alice.post(`${path}/turns`, { user_message: "the question" });
    const agents = ["writer", "critic"];
    for (let batch = 0; batch < 50; batch++) {
      const events = Array.from({ length: 100 }, (_, i) => ({
        name: "step",
        agent_id: agents[i % 2],
        payload: { n: batch * 100 + i },
      }));
      await alice.post(`${path}/events`, { events });
      if (batch === 24) await say(alice, path, [assistant("half-way")]);
    }
    const { body: ended } = await alice.post(`${path}/turns/1/end`, { tokens_used: 7 });
    expect(ended).toMatchObject({
      turn_id: begun.body.turn_id,
      user_message: "the question",
      agent_response: "half-way",
      tokens_used: 7,
      first_seq: 2,
      last_seq: 5005,
    });
    await say(alice, path, [user("next")]);
    const { body: list } = await alice.get(`${path}/events`);
    expect(list.count).toBe(2);
    const [fat, next] = list.turns;
    expect(next).toMatchObject({ turn: 2, user_query: "next", event_count: 1 });
    expect(fat).toMatchObject({
      turn: 1,
      user_query: "the question",
      final_output: "half-way",
      event_count: 5004,
      metadata: { tokens_used: 7, agents_involved: ["critic", "writer"] },
    });
    const walked = fat.events.map((e: { seq: number }) => e.seq);
    expect(walked).toHaveLength(200);
    while (walked.at(-1) < 5005) {
      const { body } = await alice.get(`${path}/events?turn=1&after_seq=${walked.at(-1)}`);
      expect(body.turns).toHaveLength(1);
      expect(body.turns[0]).toMatchObject({ turn: 1, final_output: "half-way", event_count: 5004 });
      expect(body.turns[0].events.length).toBeGreaterThan(0);
      walked.push(...body.turns[0].events.map((e: { seq: number }) => e.seq));
    }
    expect(walked).toEqual(Array.from({ length: 5004 }, (_, i) => i + 2));
    const beyond = await alice.get(`${path}/events?turn=1&after_seq=5005`);
    expect(beyond.body.turns[0]).toMatchObject({ turn: 1, events: [], event_count: 5004 });
  });

  it("group the events, with who took part and what was attached, and no turn twice", async () => {
    const { user: alice, path } = await conversation(target);
    const thumbnail = Buffer.from("small picture").toString("base64");
    const attachments = [{ filename: "a.png", media_type: "image/png", size_bytes: 9, thumbnail }];
    await say(alice, path, [
      { ...user("look"), attachments },
      { ...assistant("nice"), name: "critic", tokens: 3 },
      { ...assistant("A picture"), name: "title_generator" },
    ]);
    await say(alice, path, [user("bye")]);
    for (const consistency of CONSISTENCIES) {
      const get = async (query: string) =>
        (await alice.get(`${path}/events?consistency=${consistency}&${query}`)).body;
      const bare = await get("limit=1");
      expect(bare).toMatchObject({ count: 2, turns: [{ turn: 1, final_output: "nice" }] });
      expect(bare.turns[0].metadata).toMatchObject({
        tokens_used: 3,
        agents_involved: ["critic", "title_generator"],
        attachments: [{ filename: "a.png", size_bytes: 9, thumbnail: "" }],
      });
      expect(bare.turns[0].events[0]).not.toHaveProperty("message");
      const whole = await get("include_payload=true&turn=1");
      expect(whole.turns[0].metadata.attachments[0].thumbnail).toBe(thumbnail);
      expect(whole.turns[0].events[0].message.attachments[0].thumbnail).toBe(thumbnail);
      expect((await get("offset=1")).turns.map((t: { turn: number }) => t.turn)).toEqual([2]);
      expect((await get("turn=3")).turns).toEqual([]);
      expect((await get("offset=2")).turns).toEqual([]);
    }
    for (const query of ["turn=0", "after_seq=1", "limit=0", "limit=101", "turn=x"]) {
      expect([query, (await alice.get(`${path}/events?${query}`)).status]).toEqual([query, 400]);
    }
  });
}
