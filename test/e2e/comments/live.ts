import { expect, it } from "vitest";
import { CommentType } from "../../../gen/parley/v1/comment_event_pb.js";
import { CommentService } from "../../../gen/parley/v1/comment_service_pb.js";
import { ActorType } from "../../../gen/parley/v1/event_pb.js";
import { createGrpcClient } from "../../../src/client/grpc.ts";
import { sse } from "../../support/sse.ts";
import { conversationOf, type Person, person, type Servers, shareWith } from "../sharing/people.ts";

const SECRET = "xyloquartz";

/** What watchers are told, what agents do over gRPC, and what is left of a deleted text. */
export function liveSuite(servers: Servers): void {
  const owner = () => person(servers()[0]);
  const guest = () => person(servers().at(-1)!);

  /** What a watcher of the last server is told of from a place on, until so many events came. */
  async function told(by: Person, path: string, query: string, count: number) {
    const leave = new AbortController();
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an event.
    const events: any[] = [];
    const url = `${servers().at(-1)!.url}${path}/watch?${query}`;
    for await (const { data } of sse(url, by.headers, leave.signal)) {
      if (data.event !== undefined) events.push(data.event);
      if (events.length === count) break;
    }
    leave.abort();
    return events;
  }

  it("tells those who watch, by kinds if they like", async () => {
    const [alice, bob] = [owner(), guest()];
    const path = await conversationOf(alice);
    await shareWith(alice, path, bob.id);
    const kinds = ["added", "edited", "resolved", "deleted"].map((kind) => `comment_${kind}`);
    const query = `after_seq=0&${kinds.map((kind) => `kinds=${kind}`).join("&")}`;
    const watching = told(bob, path, query, 4);
    const { body } = await alice.post(`${path}/comments`, {
      content: "x",
      comment_type: "insight",
    });
    const comment = `${path}/comments/${body.comment_id}`;
    await alice.patch(comment, { content: "y" });
    await alice.post(`${comment}/resolve`);
    await alice.delete(comment);
    const events = await watching;
    expect(events.map(({ type }) => type)).toEqual(kinds);
    expect(events[0].comment_added).toMatchObject({ comment_type: "insight" });
    expect(events[2].comment_resolved).toMatchObject({ resolved: true });
    expect(events[3]).toMatchObject({
      actor: { id: alice.id },
      comment_deleted: { comment_id: body.comment_id, seqs: [events[0].seq, events[1].seq] },
    });
  });

  it("shows a text no more once its comment is deleted, wherever it stood", async () => {
    const [alice, bob] = [owner(), guest()];
    const path = await conversationOf(alice);
    await shareWith(alice, path, bob.id, "collaborate");
    const request = { content: SECRET, reference_point: `at ${SECRET}` };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const { body } = await bob.post(`${path}/comments`, request, headers);
    const comment = `${path}/comments/${body.comment_id}`;
    await bob.patch(comment, { content: `${SECRET} 2` });
    await bob.patch(comment, { comment_type: "question" });
    const version = (await alice.get(path)).body.version;
    expect(JSON.stringify(await told(bob, path, "after_seq=0", version))).toContain(SECRET);
    expect((await bob.delete(comment)).status).toBe(204);
    const views = ["/log", "/history", "/events?include_payload=true", "/comments", "/turns"];
    for (const by of [alice, bob]) {
      for (const view of views) {
        const { status, body } = await by.get(path + view);
        expect([view, status]).toEqual([view, 200]);
        expect(JSON.stringify(body)).not.toContain(SECRET);
      }
    }
    const events = await told(bob, path, "after_seq=0", version + 1);
    expect(JSON.stringify(events)).not.toContain(SECRET);
    expect(events.at(-1).type).toBe("comment_deleted");
    const retry = await bob.post(`${path}/comments`, request, headers);
    expect(retry.body).toMatchObject({ comment_id: body.comment_id, deleted: true, content: "" });
    expect(JSON.stringify(retry.body)).not.toContain(SECRET);
  });

  it("leaves no text behind where changes and the deletion come at once", async () => {
    const alice = owner();
    const path = await conversationOf(alice);
    const again = { ...alice, ...person(servers().at(-1)!, { sub: alice.id }) };
    for (let round = 0; round < 5; round++) {
      const { body } = await alice.post(`${path}/comments`, { content: SECRET });
      const comment = `${path}/comments/${body.comment_id}`;
      const changes = Array.from({ length: 8 }, (_, i) =>
        [alice, again][i % 2]!.patch(comment, { content: `${SECRET} ${i}` }),
      );
      const deletions = [alice.delete(comment), again.delete(comment)];
      for (const { status, body } of await Promise.all(changes)) {
        expect([status, body.error ?? ""]).toEqual(
          expect.toBeOneOf([
            [200, ""],
            [404, "comment_not_found"],
          ]),
        );
      }
      for (const { status } of await Promise.all(deletions)) expect(status).toBe(204);
    }
    const { body: log } = await alice.get(`${path}/log?limit=1000&consistency=strong`);
    expect(JSON.stringify(log)).not.toContain(SECRET);
    expect((await again.get(`${path}/comments`)).body.total).toBe(0);
  });

  it("takes comments of agents over gRPC", async () => {
    const [alice, agent] = [owner(), guest()];
    const path = await conversationOf(alice);
    await shareWith(alice, path, agent.id, "collaborate");
    const sessionId = path.split("/").at(-1)!;
    const { host } = new URL(servers().at(-1)!.url);
    const comments = createGrpcClient(CommentService, host, { metadata: agent.headers });
    const { comment } = await comments.addComment({
      sessionId,
      content: "the answer is short",
      commentType: CommentType.INSIGHT,
      reference: { target: { case: "turn", value: 1 } },
    });
    expect(comment).toMatchObject({
      commentType: CommentType.INSIGHT,
      author: { userId: agent.id, type: ActorType.USER },
      referencePoint: "turn:1",
    });
    const commentId = comment!.commentId;
    await comments.updateComment({ sessionId, commentId, content: "it is short" });
    await comments.resolveComment({ sessionId, commentId });
    const list = await comments.listComments({ sessionId });
    expect(list.comments).toMatchObject([{ content: "it is short", resolved: true }]);
    expect((await alice.get(`${path}/comments/${commentId}`)).body.content).toBe("it is short");
    await comments.deleteComment({ sessionId, commentId });
    await expect(comments.getComment({ sessionId, commentId })).rejects.toMatchObject({ code: 5 });
    await expect(comments.addComment({ sessionId, content: " " })).rejects.toMatchObject({
      code: 3,
    });
    comments.close();
  });
}
