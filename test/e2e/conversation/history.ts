import { expect, it } from "vitest";
import { as, type Target } from "./target.ts";

const CONSISTENCIES = ["live", "strong"];

async function conversation(target: Target, request: object = {}) {
  const user = as(target);
  const { body } = await user.post("/api/v1/sessions", request);
  const path = `/api/v1/sessions/${body.session_id}`;
  const say = (...contents: string[]) =>
    user.post(`${path}/messages`, {
      messages: contents.map((content, i) => ({ role: i % 2 ? "assistant" : "user", content })),
    });
  const list = async (query = "") => (await user.get(`${path}/messages?${query}`)).body;
  return { user, path, say, list };
}

const contents = (body: { messages: { content: string }[] }) => body.messages.map((m) => m.content);
const named = (prefix: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);

export function historySuite(target: Target): void {
  it("keeps messages with all they have, under the ids they were given", async () => {
    const { user, path, list } = await conversation(target);
    const message_id = crypto.randomUUID();
    const sent = {
      message_id,
      role: "assistant",
      content: "see below",
      name: "critic",
      tokens: 12,
      metadata: { model: "m" },
      parts: [
        { file: { uri: "https://example.org/a.png", media_type: "image/png" } },
        { data: { rows: [1, 2, { x: null }] } },
      ],
      attachments: [{ filename: "a.pdf", media_type: "application/pdf", size_bytes: 2048 }],
    };
    const { body } = await user.post(`${path}/messages`, { messages: [sent] });
    expect(body.messages).toMatchObject([sent]);
    expect(await list()).toMatchObject({ messages: [sent], total: 1 });
    const read = await user.get(`${path}/messages/2`);
    expect(read).toMatchObject({ status: 200, body: { ...sent, seq: 2, redacted: false } });
    for (const seq of [1, 3, 4_294_967_295]) {
      for (const consistency of CONSISTENCIES) {
        const answer = await user.get(`${path}/messages/${seq}?consistency=${consistency}`);
        expect(answer).toMatchObject({ status: 404, body: { error: "message_not_found" } });
      }
    }
    expect((await user.get(`${path}/messages/0`)).status).toBe(400);
    const twice = { messages: [sent, sent] };
    expect(await user.post(`${path}/messages`, twice)).toMatchObject({
      status: 400,
      body: { error: "invalid_argument" },
    });
  });

  it.each([
    ["messages[0].content", { content: "x".repeat(1_048_577) }],
    ["messages[0].parts[0]", { parts: [{ data: "x".repeat(1_048_577) }] }],
    ["messages[0]", { parts: Array(3).fill({ text: "x".repeat(1_000_000) }) }],
    [
      "messages[0].attachments[0].thumbnail",
      {
        content: "x",
        attachments: [{ filename: "a", thumbnail: Buffer.alloc(51_201).toString("base64") }],
      },
    ],
  ])("refuses what is too large, and names it: %s", async (field, message) => {
    const { user, path } = await conversation(target);
    const answer = await user.post(`${path}/messages`, {
      messages: [{ role: "user", ...message }],
    });
    expect(answer).toMatchObject({ status: 413, body: { error: "payload_too_large" } });
    expect(JSON.stringify(answer.body.details)).toContain(`"${field}"`);
    expect((await user.get(path)).body.version).toBe(1);
  });

  it("refuses a request that is too large in all, and more than 16 attachments", async () => {
    const { user, path } = await conversation(target);
    const messages = Array(5).fill({ role: "user", content: "x".repeat(1_000_000) });
    expect(await user.post(`${path}/messages`, { messages })).toMatchObject({
      status: 413,
      body: { error: "payload_too_large" },
    });
    const attachments = Array(17).fill({ filename: "a" });
    const many = { messages: [{ role: "user", content: "x", attachments }] };
    expect((await user.post(`${path}/messages`, many)).status).toBe(400);
  });

  it("gives the last ones, in either order, before or after a place, by role", async () => {
    const { say, list } = await conversation(target);
    for (let n = 1; n <= 150; n += 2) await say(`m${n}`, `m${n + 1}`);
    for (const c of CONSISTENCIES.map((consistency) => `consistency=${consistency}`)) {
      const last = await list(`last=20&${c}`);
      expect(contents(last)).toEqual(named("m", 131, 150));
      expect(last).toMatchObject({ total: 150, has_more: true, next_page_token: "" });
      expect(contents(await list(`last=3&order=desc&${c}`))).toEqual(["m150", "m149", "m148"]);
      expect(contents(await list(`last=2&role=assistant&${c}`))).toEqual(["m148", "m150"]);
      const before = await list(`last=2&before_seq=${last.messages[0].seq}&${c}`);
      expect(contents(before)).toEqual(["m129", "m130"]);
      const few = await list(`last=20&after_seq=150&${c}`);
      expect(contents(few)).toEqual(["m150"]);
      expect(few).toMatchObject({ total: 1, has_more: false });
    }
    for (const place of ["limit=1", "offset=1", "page=1", "page_token=x"]) {
      expect((await list(`last=2&${place}`)).error).toBe("invalid_argument");
    }
  });

  it("is bounded by max_history where no place is named, and reached by cursors", async () => {
    const { user, path, say, list } = await conversation(target, { max_history: 4 });
    await say(...named("m", 1, 10));
    for (const c of CONSISTENCIES.map((consistency) => `consistency=${consistency}`)) {
      const recent = await list(c);
      expect(contents(recent)).toEqual(named("m", 7, 10));
      expect(recent).toMatchObject({ total: 10, has_more: false });
      expect(contents(await list(`last=6&${c}`))).toEqual(named("m", 7, 10));
      expect(contents(await list(`role=user&${c}`))).toEqual(["m3", "m5", "m7", "m9"]);
      expect(contents(await list(`offset=0&limit=2&${c}`))).toEqual(["m1", "m2"]);
      expect(contents(await list(`after_seq=0&${c}`))).toEqual(named("m", 1, 10));
      const walked: string[] = [];
      for (let token = "", more = true; more; ) {
        const page = await list(`order=desc&limit=3&${c}${token && `&page_token=${token}`}`);
        walked.push(...contents(page));
        more = page.has_more;
        token = page.next_page_token;
      }
      expect(walked).toEqual(named("m", 1, 10).toReversed());
    }
    const changed = await user.patch(path, { max_history: 2 });
    expect(changed.body.max_history).toBe(2);
    expect(contents(await list())).toEqual(["m9", "m10"]);
    await user.patch(path, { update_mask: "max_history" });
    expect(contents(await list())).toEqual(named("m", 1, 10));
    expect((await user.patch(path, { max_history: 0 })).status).toBe(400);
  });

  it("is cleared, and begins anew with true numbers", async () => {
    const { user, path, say, list } = await conversation(target, { context: { lang: "en" } });
    await say("q1", "a1", "q2", "a2");
    const cleared = await user.post(`${path}/clear`, { request_id: "c" });
    expect(cleared).toMatchObject({ status: 200, body: { cleared: 4, version: 6 } });
    await say("q3", "a3");
    expect((await user.post(`${path}/clear`, { request_id: "c" })).body).toEqual(cleared.body);
    for (const c of CONSISTENCIES.map((consistency) => `consistency=${consistency}`)) {
      for (const query of [
        "",
        "last=9",
        "order=desc",
        "after_seq=0",
        "offset=0",
        "before_seq=99",
      ]) {
        const body = await list(`${query}&${c}`);
        expect([query, contents(body).toSorted()]).toEqual([query, ["a3", "q3"]]);
        expect(body.total).toBe(2);
      }
      expect(contents(await list(`offset=1&${c}`))).toEqual(["a3"]);
      const { body } = await user.get(`${path}/turns?${c}`);
      expect(body).toMatchObject({ total: 1, items: [{ turn_number: 3, user_message: "q3" }] });
      const events = (await user.get(`${path}/events?${c}`)).body;
      expect(events).toMatchObject({ count: 1, turns: [{ turn: 3 }] });
      expect((await user.get(`${path}/events?turn=2&${c}`)).body.turns).toEqual([]);
      expect((await user.get(`${path}/messages/2?${c}`)).body.content).toBe("q1");
      expect((await user.get(`${path}?${c}`)).body).toMatchObject({
        message_count: 2,
        turn_count: 1,
        cleared_seq: 5,
        context: { lang: "en" },
      });
    }
    expect((await user.get(`${path}/log`)).body.events).toHaveLength(8);
    const whole = await user.post(`${path}/clear`, { keep_context: false });
    expect(whole.body.cleared).toBe(2);
    expect((await user.get(path)).body).toMatchObject({ message_count: 0, context: null });
    const again = await user.post(`${path}/clear`, { keep_context: false });
    expect(again.body).toEqual({ cleared: 0, version: whole.body.version });
    expect(await list()).toMatchObject({ messages: [], total: 0, has_more: false });
  });

  it("loses the content of a message that is redacted, everywhere, and keeps its place", async () => {
    const { user, path, say, list } = await conversation(target);
    await say("q1", "secret-a1", "q2", "a2");
    const before = (await user.get(path)).body;
    const redacted = await user.delete(`${path}/messages/3?reason=asked&request_id=r`);
    expect(redacted.status).toBe(200);
    const [, original] = (await list()).messages;
    expect(redacted.body).toEqual(original);
    expect(redacted.body).toMatchObject({ seq: 3, role: "assistant", content: "", redacted: true });
    const after = (await user.get(path)).body;
    expect(after).toMatchObject({ message_count: 4, turn_count: 2, version: before.version + 1 });
    for (const c of CONSISTENCIES.map((consistency) => `consistency=${consistency}`)) {
      for (const view of [
        `messages?${c}`,
        `messages?last=3&${c}`,
        `messages/3?${c}`,
        `turns?${c}`,
        `turns/1?${c}`,
        `events?include_payload=true&${c}`,
        `log?${c}`,
      ]) {
        const answer = await user.get(`${path}/${view}`);
        expect([view, answer.status]).toEqual([view, 200]);
        expect(JSON.stringify(answer.body)).not.toContain("secret");
      }
      expect(contents(await list(c))).toEqual(["q1", "", "q2", "a2"]);
      expect((await user.get(`${path}/turns/1?${c}`)).body.agent_response).toBe("");
    }
    const retried = await user.delete(`${path}/messages/3?reason=asked&request_id=r`);
    expect(retried.body).toEqual(redacted.body);
    expect((await user.delete(`${path}/messages/3`)).body).toEqual(redacted.body);
    expect((await user.get(path)).body.version).toBe(after.version);
    for (const seq of [1, 6, 99]) {
      expect(await user.delete(`${path}/messages/${seq}`)).toMatchObject({
        status: 404,
        body: { error: "message_not_found" },
      });
    }
    expect((await as(target).delete(`${path}/messages/2`)).body.error).toBe("session_not_found");
  });

  it("keeps what agents report, in its order with what is said", async () => {
    const { user, path, say } = await conversation(target);
    await say("q");
    const events = [
      { name: "tool_invoked", agent_id: "planner", message: "look", payload: { deep: [1, {}] } },
      { name: "tool_observed" },
    ];
    const appended = await user.post(`${path}/events`, { events, request_id: "e" });
    expect(appended).toMatchObject({ status: 201, body: { version: 4 } });
    expect(appended.body.events).toMatchObject([
      { seq: 3, turn_number: 1, type: "agent_event", agent_event: events[0] },
      { seq: 4, turn_number: 1, type: "agent_event", agent_event: events[1] },
    ]);
    expect((await user.post(`${path}/events`, { events, request_id: "e" })).body).toEqual(
      appended.body,
    );
    const log = (await user.get(`${path}/log`)).body.events;
    expect(log.slice(2)).toEqual(appended.body.events);
    for (const wrong of [[], [{}], [{ name: "a b" }], [{ name: "x".repeat(65) }]]) {
      expect((await user.post(`${path}/events`, { events: wrong })).status).toBe(400);
    }
    const large = [{ name: "x", payload: { text: "x".repeat(2_097_152) } }];
    expect((await user.post(`${path}/events`, { events: large })).body.error).toBe(
      "payload_too_large",
    );
  });

  it("keeps where a session is talked in, and says when it was last used", async () => {
    const facts = { channel: "whatsapp", user_channel_id: "+420", config_version: "7" };
    const { user, path, say } = await conversation(target, { ...facts, max_history: 9 });
    expect((await user.get(path)).body).toMatchObject({ ...facts, max_history: 9 });
    const changed = await user.patch(path, { channel: "web", config_version: "8" });
    expect(changed.body).toMatchObject({ channel: "web", config_version: "8" });
    await say("q");
    const { body } = await user.get(path);
    expect(body.last_activity_at).toBe(body.updated_at);
    expect(body.last_activity_at > changed.body.created_at).toBe(true);
  });
}
