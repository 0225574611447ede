import { expect, it } from "vitest";
import type { RestClient } from "../../support/rest.ts";
import { as, type Target, UUID_V7 } from "./target.ts";

interface Said {
  readonly seq: number;
  readonly message_id: string;
  readonly role: string;
  readonly content: string;
}

/** A session that was talked in: q1 a1 q2 a2, with a variable set after each answer. */
async function talk(target: Target, request: object = {}) {
  const alice = as(target);
  const { body } = await alice.post("/api/v1/sessions", { title: "original", ...request });
  const path = `/api/v1/sessions/${body.session_id}`;
  for (const n of [1, 2]) {
    const messages = [
      { role: "user", content: `q${n}` },
      { role: "assistant", content: `a${n}` },
    ];
    await alice.post(`${path}/messages`, { messages });
    await alice.patch(`${path}/state`, { variables: { n }, context: { n } });
  }
  return { alice, path, session: body };
}

async function messagesOf(caller: RestClient, path: string): Promise<Said[]> {
  return (await caller.get(`${path}/messages`)).body.messages;
}

export function forksSuite(target: Target): void {
  it("begins as the original was after an event, and goes its own way", async () => {
    const { alice, path, session } = await talk(target, {
      external_id: `e-${crypto.randomUUID()}`,
    });
    const { status, body, headers } = await alice.post(`${path}/fork`, { at_seq: 4 });
    expect(status).toBe(201);
    expect(headers.get("etag")).toBe(`"${body.etag}"`);
    expect(body).toMatchObject({
      session_id: expect.stringMatching(UUID_V7),
      external_id: null,
      title: "original",
      user_id: session.user_id,
      created_by: session.user_id,
      context: { n: 1 },
      version: 5,
      state_version: 5,
      message_count: 2,
      turn_count: 1,
      origin: { session_id: session.session_id, seq: 4 },
      ttl: session.ttl,
    });
    expect(Date.parse(body.created_at)).toBeGreaterThanOrEqual(Date.parse(session.created_at));
    const lifetime = Date.parse(body.expires_at) - Date.parse(body.created_at);
    expect(lifetime).toBe(30 * 86_400_000);
    const fork = `/api/v1/sessions/${body.session_id}`;
    expect((await alice.get(fork)).body).toEqual(body);
    expect(await messagesOf(alice, fork)).toEqual((await messagesOf(alice, path)).slice(0, 2));
    expect((await alice.get(`${fork}/turns`)).body.items).toMatchObject([
      { turn_number: 1, user_message: "q1", agent_response: "a1" },
    ]);
    await alice.post(`${fork}/messages`, { messages: [{ role: "user", content: "other" }] });
    await alice.patch(`${fork}/state`, { variables: { n: 9 } });
    expect((await messagesOf(alice, fork)).map(({ content }) => content)).toEqual([
      "q1",
      "a1",
      "other",
    ]);
    expect((await messagesOf(alice, path)).map(({ content }) => content)).toEqual([
      "q1",
      "a1",
      "q2",
      "a2",
    ]);
    expect((await alice.get(`${path}/state`)).body.state.variables.n.value).toBe(2);
    const { events } = (await alice.get(`${fork}/log`)).body;
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      "session_created",
      "message",
      "message",
      "state_changed",
      "session_forked",
      "message",
      "state_changed",
    ]);
  });

  it("takes all there is where no place is named, and what it is told to be", async () => {
    const { alice, path } = await talk(target);
    const new_session_id = `fork-${crypto.randomUUID()}`;
    const request = { new_session_id, title: " mine ", ttl: "3600s" };
    const { status, body } = await alice.post(`${path}/fork`, request);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      session_id: new_session_id,
      title: "mine",
      version: 8,
      message_count: 4,
      origin: { seq: 7 },
      ttl: "3600s",
    });
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(3_600_000);
  });

  it("can be looked back at, and forked again", async () => {
    const { alice, path, session } = await talk(target);
    const first = (await alice.post(`${path}/fork`, { at_seq: 6 })).body;
    const second = (await alice.post(`/api/v1/sessions/${first.session_id}/fork`, {})).body;
    expect(second).toMatchObject({
      version: 8,
      origin: { session_id: first.session_id, seq: 7 },
    });
    for (const { session_id } of [session, first, second]) {
      for (const [seq, n] of [
        [3, undefined],
        [4, 1],
        [6, 1],
      ] as const) {
        const answer = await alice.get(`/api/v1/sessions/${session_id}/state?at_seq=${seq}`);
        expect(answer.body.state.variables.n?.value).toBe(n);
      }
    }
    const third = await alice.post(`/api/v1/sessions/${second.session_id}/fork`, { at_seq: 4 });
    expect(third.body).toMatchObject({ version: 5, context: { n: 1 }, message_count: 2 });
  });

  it("is made once however often a request is sent, and answered the same later", async () => {
    const { alice, path } = await talk(target);
    const request = { at_seq: 4, request_id: "f1" };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => alice.post(`${path}/fork`, request)),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 201, body: answers[0]?.body });
    }
    expect((await alice.get("/api/v1/sessions")).body.total_count).toBe(2);
    await alice.delete(path);
    expect((await alice.post(`${path}/fork`, request)).body).toEqual(answers[0]?.body);
    expect(await alice.post(`${path}/fork`, { ...request, at_seq: 3 })).toMatchObject({
      status: 409,
      body: { error: "idempotency_conflict" },
    });
  });

  it("has the id that was asked for, unless somebody has it", async () => {
    const { alice, path } = await talk(target);
    const bob = as(target);
    const theirs = (await bob.post("/api/v1/sessions", {})).body.session_id;
    const other = await alice.post(`${path}/fork`, { new_session_id: theirs });
    expect(other).toMatchObject({
      status: 201,
      body: { session_id: expect.stringMatching(UUID_V7), message_count: 4 },
    });
    const mine = (await alice.post("/api/v1/sessions", {})).body.session_id;
    expect(await alice.post(`${path}/fork`, { new_session_id: mine })).toMatchObject({
      status: 409,
      body: { error: "session_exists" },
    });
    await alice.delete(`/api/v1/sessions/${mine}`);
    const again = await alice.post(`${path}/fork`, { new_session_id: mine });
    expect(again).toMatchObject({ status: 201, body: { session_id: mine } });
  });

  it.each([
    [{ at_seq: 8 }, "at_seq"],
    [{ at_seq: 0 }, "at_seq"],
    [{ new_session_id: "a b" }, "new_session_id"],
    [{ new_session_id: "latest" }, "new_session_id"],
    [{ title: " " }, "title"],
    [{ ttl: "0s" }, "ttl"],
  ])("is refused with the field's name: %j", async (request, field) => {
    const { alice, path } = await talk(target);
    const answer = await alice.post(`${path}/fork`, request);
    expect(answer).toMatchObject({ status: 400, body: { error: "invalid_argument" } });
    expect(JSON.stringify(answer.body.details)).toContain(`"${field}"`);
    expect((await alice.get("/api/v1/sessions")).body.total_count).toBe(1);
  });

  it("is nobody's but the owner's to make", async () => {
    const { alice, path } = await talk(target);
    const nobody = await as(target).post(`/api/v1/sessions/${crypto.randomUUID()}/fork`, {});
    const stranger = await as(target).post(`${path}/fork`, {});
    expect(stranger.status).toBe(404);
    expect({ ...stranger.body, timestamp: 0 }).toEqual({ ...nobody.body, timestamp: 0 });
    await alice.delete(path);
    expect((await alice.post(`${path}/fork`, {})).body.error).toBe("session_not_found");
  });

  it("holds nothing of a message that was redacted", async () => {
    const { alice, path } = await talk(target);
    const [secret] = await messagesOf(alice, path);
    const redacted = await alice.delete(`${path}/messages/${secret?.seq}`);
    expect(redacted.status).toBe(200);
    const { body } = await alice.post(`${path}/fork`, { at_seq: 5 });
    const fork = `/api/v1/sessions/${body.session_id}`;
    const [first, ...others] = await messagesOf(alice, fork);
    expect(first).toMatchObject({ message_id: secret?.message_id, content: "", redacted: true });
    expect(others.map(({ content }) => content)).toEqual(["a1", "q2"]);
    const raw = await alice.get(`${fork}/log?include_payload=true`);
    expect(JSON.stringify(raw.body)).not.toContain("q1");
  });

  it("is found by the words it shares with the original, and by its own", async () => {
    const { alice, path, session } = await talk(target, { title: "Quagga" });
    const { body } = await alice.post(`${path}/fork`, { at_seq: 3, title: "Okapi" });
    const found = async (q: string) => {
      const { hits } = (await alice.get(`/api/v1/search?q=${q}`)).body;
      return hits.map(({ session_id }: { session_id: string }) => session_id).toSorted();
    };
    const both = [session.session_id, body.session_id].toSorted();
    await expect.poll(() => found("q1"), { timeout: 10_000 }).toEqual(both);
    await expect.poll(() => found("okapi"), { timeout: 10_000 }).toEqual([body.session_id]);
    await expect.poll(() => found("q2"), { timeout: 10_000 }).toEqual([session.session_id]);
  });

  it("amounts to what its log holds", async () => {
    const { alice, path, session } = await talk(target);
    const info = async (of: string) => (await alice.get(`${of}/info`)).body;
    const original = await info(path);
    const now = (await alice.get(path)).body;
    expect(original).toEqual({
      session_id: session.session_id,
      created: session.created_at,
      last_modified: now.updated_at,
      message_count: 4,
      file_size: now.log_bytes,
    });
    expect(original.file_size).toBeGreaterThan(100);
    const { body } = await alice.post(`${path}/fork`, { at_seq: 4 });
    const copy = await info(`/api/v1/sessions/${body.session_id}`);
    expect(copy.message_count).toBe(2);
    expect(copy.last_modified).toBe(body.created_at);
    expect((await as(target).get(`${path}/info`)).status).toBe(404);
  });
}
