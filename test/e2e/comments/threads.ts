import { expect, it } from "vitest";
import { conversationOf, person, type Servers, shareWith } from "../sharing/people.ts";

/** Many comments: answers, lists, what is left of deleted ones. */
export function threadsSuite(servers: Servers): void {
  const someone = () => person(servers()[0]);
  const guest = () => person(servers().at(-1)!);

  /** A thread with two answers, one of which is answered, and a question by somebody else. */
  async function discussion() {
    const [alice, bob] = [someone(), guest()];
    const session = await conversationOf(alice);
    await shareWith(alice, session, bob.id, "collaborate");
    const path = `${session}/comments`;
    const add = async (by: typeof alice, content: string, more = {}) => {
      const { status, body } = await by.post(path, { content, ...more });
      expect(status).toBe(201);
      return body.comment_id as string;
    };
    const first = await add(alice, "first");
    const question = await add(bob, "question", { comment_type: "question" });
    const answer = await add(bob, "answer", { reply_to: first });
    const deep = await add(alice, "deep", { reply_to: answer });
    const last = await add(alice, "last", { reply_to: first });
    const listed = async (query = "") => {
      const { body } = await alice.get(`${path}?consistency=strong&${query}`);
      return body.comments.map((c: { content: string }) => c.content);
    };
    return { alice, bob, session, path, listed, first, question, answer, deep, last };
  }

  it("are listed in the order in which they were added, with where they belong", async () => {
    const { alice, path, first, question, answer, deep, last } = await discussion();
    const { body } = await alice.get(path);
    const told = body.comments.map(
      (c: { comment_id: string; thread_id: string; reply_to: string; reply_count: number }) => [
        ...[c.comment_id, c.thread_id, c.reply_to, c.reply_count],
      ],
    );
    expect(told).toEqual([
      [first, first, null, 2],
      [question, question, null, 0],
      [answer, first, first, 1],
      [deep, first, answer, 0],
      [last, first, first, 0],
    ]);
  });

  it("are found by type, author, thread, what they answer, and whether they are settled", async () => {
    const { alice, bob, path, listed, first, question } = await discussion();
    expect(await listed("comment_type=question")).toEqual(["question"]);
    expect(await listed(`author=${bob.id}`)).toEqual(["question", "answer"]);
    expect(await listed(`thread_id=${first}`)).toEqual(["first", "answer", "deep", "last"]);
    expect(await listed(`reply_to=${first}`)).toEqual(["answer", "last"]);
    await alice.post(`${path}/${question}/resolve`);
    expect(await listed("resolved=true")).toEqual(["question"]);
    expect(await listed(`resolved=false&author=${bob.id}`)).toEqual(["answer"]);
    expect(await listed("thread_id=nobody")).toEqual([]);
  });

  it("come in pages", async () => {
    const { alice, path } = await discussion();
    const page = async (query: string) => {
      const { body } = await alice.get(`${path}?${query}`);
      const { comments, total, limit, offset, has_more } = body;
      return [comments.map((c: { content: string }) => c.content), total, limit, offset, has_more];
    };
    expect(await page("limit=2")).toEqual([["first", "question"], 5, 2, 0, true]);
    expect(await page("limit=2&page=3")).toEqual([["last"], 5, 2, 4, false]);
    expect(await page("offset=3")).toEqual([["deep", "last"], 5, 50, 3, false]);
    expect(await page("offset=9")).toEqual([[], 5, 50, 9, false]);
    for (const bad of ["limit=0", "limit=101", "offset=-1", "page=1&offset=0", "resolved=x"]) {
      expect([bad, (await alice.get(`${path}?${bad}`)).status]).toEqual([bad, 400]);
    }
  });

  it("stay as stubs where they were deleted and answered, and vanish else", async () => {
    const { alice, bob, path, listed, first, answer, deep } = await discussion();
    expect((await bob.delete(`${path}/${answer}`)).status).toBe(204);
    expect((await bob.delete(`${path}/${answer}`)).status).toBe(204);
    expect(await listed()).toEqual(["first", "question", "", "deep", "last"]);
    const stub = (await alice.get(`${path}/${answer}`)).body;
    expect(stub).toMatchObject({
      ...{ deleted: true, deleted_at: expect.any(String), content: "", reference: null },
      ...{ reply_to: first, reply_count: 1, author: { user_id: bob.id } },
    });
    expect(await listed(`author=${bob.id}`)).toEqual(["question"]);
    expect((await alice.get(`${path}/${first}`)).body.reply_count).toBe(1);
    const late = await alice.post(path, { content: "late", reply_to: answer });
    expect([late.status, late.body.error]).toEqual([400, "invalid_argument"]);
    for (const call of [
      bob.patch(`${path}/${answer}`, { content: "again" }),
      alice.post(`${path}/${answer}/resolve`),
    ]) {
      expect((await call).body.error).toBe("comment_not_found");
    }
    expect((await alice.delete(`${path}/${deep}`)).status).toBe(204);
    expect(await listed()).toEqual(["first", "question", "last"]);
    expect((await alice.get(`${path}/${answer}`)).body.error).toBe("comment_not_found");
    expect((await bob.delete(`${path}/${answer}`)).status).toBe(204);
    expect((await bob.delete(`${path}/${crypto.randomUUID()}`)).body.error).toBe(
      "comment_not_found",
    );
  });

  it("are told by timeline, log and turns like any event, without a text in the timeline", async () => {
    const { alice, session } = await discussion();
    const { body: history } = await alice.get(`${session}/history`);
    const told = history.timeline
      .filter(({ type }: { type: string }) => type === "comment_added")
      .map(({ description }: { description: string }) => description);
    expect(told).toEqual([
      "A comment was added: note",
      "A comment was added: question",
      ...Array(3).fill("A comment was added: note, an answer"),
    ]);
    const { body: log } = await alice.get(`${session}/log`);
    expect(log.events.at(-1)).toMatchObject({
      ...{ type: "comment_added", turn_number: 1, comment_added: { content: "last" } },
    });
    const { body: turns } = await alice.get(`${session}/turns`);
    expect(turns.items).toMatchObject([{ turn_number: 1, user_message: "hello", last_seq: 9 }]);
    const { body: messages } = await alice.get(`${session}/messages`);
    expect(messages.total).toBe(2);
  });

  it("go with a fork up to its place, where they are its own", async () => {
    const { alice, session, path, first } = await discussion();
    const { body } = await alice.post(`${session}/fork`, { at_seq: 6 });
    const fork = `/api/v1/sessions/${body.session_id}/comments`;
    const contents = async (of: string) =>
      (await alice.get(of)).body.comments.map((c: { content: string }) => c.content);
    expect(await contents(fork)).toEqual(["first", "question"]);
    await alice.patch(`${fork}/${first}`, { content: "changed" });
    expect(await contents(fork)).toEqual(["changed", "question"]);
    expect(await contents(path)).toContain("first");
  });
}
