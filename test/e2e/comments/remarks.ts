import { expect, it } from "vitest";
import { conversationOf, person, type Servers } from "../sharing/people.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** One comment: what it takes, what it answers, what it refers to. */
export function remarksSuite(servers: Servers): void {
  const someone = () => person(servers()[0]);

  it("answers as the document says, and once for one request", async () => {
    const alice = someone();
    const path = `${await conversationOf(alice)}/comments`;
    const body = { content: "Why?\n", comment_type: "question", reference_point: "the greeting" };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const made = await alice.post(path, body, headers);
    expect([made.status, made.body]).toEqual([
      201,
      {
        comment_id: expect.stringMatching(UUID),
        comment_type: "question",
        content: "Why?\n",
        author: { user_id: alice.id, type: "user" },
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        edited_at: null,
        reference_point: "the greeting",
        reference: { text: "the greeting" },
        reply_to: null,
        thread_id: made.body.comment_id,
        reply_count: 0,
        resolved: false,
        resolved_at: null,
        resolved_by: null,
        deleted: false,
        deleted_at: null,
        seq: 4,
        version: 4,
      },
    ]);
    expect((await alice.post(path, body, headers)).body).toEqual(made.body);
    const other = await alice.post(path, { ...body, content: "What?" }, headers);
    expect([other.status, other.body.error]).toEqual([409, "idempotency_conflict"]);
    expect((await alice.get(path)).body).toEqual({
      ...{ comments: [made.body], total: 1, limit: 50, offset: 0, has_more: false, version: 4 },
    });
    expect((await alice.get(`${path}/${made.body.comment_id}`)).body).toEqual(made.body);
  });

  it("is a note about the session unless it says otherwise", async () => {
    const alice = someone();
    const path = await conversationOf(alice);
    const { body } = await alice.post(`${path}/comments`, { content: "x", reference_point: "" });
    const { comment_type, reference_point, reference } = body;
    expect([comment_type, reference_point, reference]).toEqual(["note", null, null]);
  });

  it("refers to an event, a turn, a message or something in words, which it says again", async () => {
    const alice = someone();
    const path = await conversationOf(alice);
    const [{ message_id }] = (await alice.get(`${path}/messages`)).body.messages;
    for (const [reference_point, reference] of [
      ["seq:2", { seq: 2 }],
      ["turn:1", { turn: 1 }],
      [`message:${message_id}`, { message_id }],
      ["what she said", { text: "what she said" }],
      ["seq:two", { text: "seq:two" }],
    ] as const) {
      const content = "x";
      const one = await alice.post(`${path}/comments`, { content, reference_point });
      expect(one.body).toMatchObject({ reference_point, reference });
      const other = await alice.post(`${path}/comments`, { content, reference });
      expect(other.body).toMatchObject({ reference_point, reference });
    }
  });

  it.each([
    [{}, "content"],
    [{ content: "" }, "content"],
    [{ content: " \u200b\n" }, "content"],
    [{ content: "x".repeat(10_001) }, "content"],
    [{ content: 5 }, "content"],
    [{ content: "x", comment_type: "praise" }, "comment_type"],
    [{ content: "x", reference_point: "seq:0" }, "reference_point"],
    [{ content: "x", reference_point: "seq:4" }, "reference_point"],
    [{ content: "x", reference_point: "seq:9999999999" }, "reference_point"],
    [{ content: "x", reference_point: "turn:2" }, "reference_point"],
    [{ content: "x", reference_point: "message:nobody" }, "reference_point"],
    [{ content: "x", reference_point: "x".repeat(1001) }, "reference_point"],
    [{ content: "x", reference: { seq: 4 } }, "reference.seq"],
    [{ content: "x", reference: { turn: 2 } }, "reference.turn"],
    [{ content: "x", reference: { message_id: "nobody" } }, "reference.message_id"],
    [{ content: "x", reference: { text: "" } }, "reference.text"],
    [{ content: "x", reference: {} }, "reference"],
    [{ content: "x", reply_to: crypto.randomUUID() }, "reply_to"],
  ])("is refused as %o, naming %s", async (body, field) => {
    const alice = someone();
    const path = await conversationOf(alice);
    const answer = await alice.post(`${path}/comments`, body);
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_argument"]);
    expect(JSON.stringify(answer.body)).toContain(field);
    expect((await alice.get(`${path}/comments`)).body.total).toBe(0);
  });

  it("is changed by its author, and takes the later of two changes", async () => {
    const alice = someone();
    const path = `${await conversationOf(alice)}/comments`;
    const made = await alice.post(path, { content: "a" });
    const comment = `${path}/${made.body.comment_id}`;
    const headers = { "idempotency-key": crypto.randomUUID() };
    const changed = await alice.patch(comment, { content: "b" }, headers);
    expect(changed.body).toEqual({
      ...made.body,
      ...{ content: "b", edited_at: expect.any(String), version: 5 },
    });
    const second = await alice.patch(comment, { comment_type: "insight" });
    expect(second.body).toMatchObject({ content: "b", comment_type: "insight", version: 6 });
    // A retry is told what its own call did.
    expect((await alice.patch(comment, { content: "b" }, headers)).body).toEqual(changed.body);
    // Nothing new writes nothing.
    expect((await alice.patch(comment, { content: "b" })).body).toEqual(second.body);
    expect((await alice.patch(comment, {})).body).toEqual(second.body);
    const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
    const all = await Promise.all(texts.map((content) => alice.patch(comment, { content })));
    expect(all.map(({ status }) => status)).toEqual(texts.map(() => 200));
    const last = all
      .map(({ body }) => body)
      .toSorted((a, b) => a.version - b.version)
      .at(-1);
    expect((await alice.get(`${comment}?consistency=strong`)).body).toEqual(last);
    for (const bad of [{ content: "" }, { content: " " }, { comment_type: "x" }]) {
      expect((await alice.patch(comment, bad)).status).toBe(400);
    }
  });

  it("is resolved and opened again", async () => {
    const alice = someone();
    const path = `${await conversationOf(alice)}/comments`;
    const { body } = await alice.post(path, { content: "a" });
    const resolve = `${path}/${body.comment_id}/resolve`;
    const resolved = await alice.post(resolve);
    expect(resolved.body).toMatchObject({
      ...{ resolved: true, resolved_at: expect.any(String), version: 5 },
      resolved_by: { user_id: alice.id, type: "user" },
    });
    expect((await alice.post(resolve)).body).toEqual(resolved.body);
    const open = await alice.post(resolve, { resolved: false });
    expect(open.body).toEqual({ ...body, version: 6 });
  });
}
