import { expect, it } from "vitest";
import { as, type Target } from "./target.ts";

export function messagesSuite(target: Target): void {
  it("are kept in order and read back as messages, turns and events", async () => {
    const alice = as(target);
    const { body: session } = await alice.post("/api/v1/sessions", { title: "T" });
    const path = `/api/v1/sessions/${session.session_id}`;
    const sent = [
      { role: "system", content: "be brief" },
      { role: "user", content: "hi" },
      { role: "assistant", content: "hello", metadata: { model: "m" } },
      { role: "user", content: "bye" },
    ];
    const appended = await alice.post(`${path}/messages`, { messages: sent });
    expect(appended.status).toBe(201);
    expect(appended.body.version).toBe(5);
    expect(appended.body.messages).toMatchObject(sent);
    const read = await alice.get(`${path}/messages`);
    expect(read.body).toMatchObject({ messages: sent, total: 4, has_more: false, version: 5 });
    expect(read.body.messages).toEqual(appended.body.messages);
    expect(read.body.messages.map((m: { seq: number }) => m.seq)).toEqual([2, 3, 4, 5]);
    const turns = await alice.get(`${path}/turns`);
    expect(turns.body).toMatchObject({
      items: [
        { turn_number: 2, user_message: "bye", agent_response: "" },
        { turn_number: 1, user_message: "hi", agent_response: "hello" },
      ],
      total: 2,
      limit: 20,
      offset: 0,
      has_more: false,
    });
    const events = await alice.get(`${path}/events`);
    expect(events.body).toMatchObject({ session_id: session.session_id, count: 2 });
    expect(events.body.turns.map((t: { turn: number }) => t.turn)).toEqual([1, 2]);
    expect(events.body.turns[0]).toMatchObject({
      user_query: "hi",
      final_output: "hello",
      event_count: 2,
    });
    expect(events.body.turns[0].events[0]).not.toHaveProperty("message");
    const full = await alice.get(`${path}/events?include_payload=true`);
    expect(full.body.turns[0].events[0].message.content).toBe("hi");
    const log = await alice.get(`${path}/log`);
    expect(log.body.events.map((e: { seq: number; type: string }) => [e.seq, e.type])).toEqual([
      [1, "session_created"],
      [2, "message"],
      [3, "message"],
      [4, "message"],
      [5, "message"],
    ]);
  });

  it("page in both directions, around a seq and by role, the same from every store", async () => {
    const alice = as(target);
    const { body: session } = await alice.post("/api/v1/sessions", {});
    const path = `/api/v1/sessions/${session.session_id}`;
    const contents: string[] = [];
    for (let batch = 0; batch < 3; batch++) {
      const messages = Array.from({ length: 100 }, (_, i) => {
        const n = batch * 100 + i;
        contents.push(`m${n}`);
        return { role: n % 2 === 0 ? "user" : "assistant", content: `m${n}` };
      });
      await alice.post(`${path}/messages`, { messages });
    }
    const list = async (query: string) => (await alice.get(`${path}/messages?${query}`)).body;
    const read = (body: { messages: { content: string }[] }) => body.messages.map((m) => m.content);
    for (const consistency of ["live", "strong"]) {
      const c = `consistency=${consistency}`;
      expect(read(await list(`${c}`))).toEqual(contents.slice(0, 50));
      expect(read(await list(`${c}&limit=100&offset=250`))).toEqual(contents.slice(250));
      expect(read(await list(`${c}&order=desc&limit=3`))).toEqual(["m299", "m298", "m297"]);
      expect(read(await list(`${c}&after_seq=299`))).toEqual(["m298", "m299"]);
      expect(read(await list(`${c}&before_seq=4`))).toEqual(["m0", "m1"]);
      const users = await list(`${c}&role=user&limit=2&offset=1`);
      expect(read(users)).toEqual(["m2", "m4"]);
      expect(users).toMatchObject({ total: 150, has_more: true });
    }
    const walked: string[] = [];
    for (let token = "", more = true; more; ) {
      const page = await list(`limit=90&order=desc${token && `&page_token=${token}`}`);
      walked.push(...read(page));
      expect(page.total).toBe(300);
      token = page.next_page_token;
      more = page.has_more;
    }
    expect(walked).toEqual(contents.toReversed());
    const turns = (await alice.get(`${path}/turns?limit=2&offset=1`)).body;
    expect(turns.items.map((t: { turn_number: number }) => t.turn_number)).toEqual([149, 148]);
    expect(turns).toMatchObject({ total: 150, has_more: true });
  });

  it("are all read page by page when they are too large for one answer", async () => {
    const alice = as(target);
    const { body: session } = await alice.post("/api/v1/sessions", {});
    const path = `/api/v1/sessions/${session.session_id}/messages`;
    const sent = Array.from({ length: 7 }, (_, i) => String(i).repeat(1_000_000));
    for (const content of sent) await alice.post(path, { messages: [{ role: "user", content }] });
    for (const query of ["", "&role=user", "&order=desc"]) {
      const read: string[] = [];
      for (let token = "", more = true; more; ) {
        const { body } = await alice.get(
          `${path}?limit=100${query}${token && `&page_token=${token}`}`,
        );
        expect(body.total).toBe(7);
        read.push(...body.messages.map((m: { content: string }) => m.content));
        more = body.has_more;
        token = body.next_page_token;
      }
      expect(
        read
          .map((content) => content[0])
          .toSorted()
          .join(""),
      ).toBe("0123456");
    }
  });

  it("are none beyond the end, however far that is", async () => {
    const alice = as(target);
    const { body: session } = await alice.post("/api/v1/sessions", {});
    const path = `/api/v1/sessions/${session.session_id}`;
    await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "x" }] });
    for (const query of ["", "&consistency=strong"]) {
      for (const place of ["after_seq=4294967295", "offset=2147483647", "after_seq=2&offset=9"]) {
        const { status, body } = await alice.get(`${path}/messages?${place}${query}`);
        expect([place, status, body.messages, body.has_more]).toEqual([place, 200, [], false]);
      }
      const log = await alice.get(`${path}/log?after_seq=4294967295${query}`);
      expect(log).toMatchObject({ status: 200, body: { events: [], has_more: false } });
    }
    expect((await alice.get(`${path}/messages?page=2147483647`)).status).toBe(400);
    expect((await alice.get(`${path}/turns?page=2147483647`)).status).toBe(400);
  });

  it("are a hundred after a hundred parallel appends, without a gap", async () => {
    const alice = as(target);
    const { body: session } = await alice.post("/api/v1/sessions", {});
    const path = `/api/v1/sessions/${session.session_id}/messages`;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        alice.post(path, { messages: [{ role: "user", content: `p${i}` }] }),
      ),
    );
    expect(answers.map((a) => a.status)).toEqual(Array(100).fill(201));
    const { body } = await alice.get(`${path}?limit=100`);
    expect(body.messages.map((m: { seq: number }) => m.seq)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
    expect(new Set(body.messages.map((m: { content: string }) => m.content)).size).toBe(100);
  });

  it("are written once however often a request is sent", async () => {
    const alice = as(target);
    const { body: session } = await alice.post("/api/v1/sessions", {});
    const path = `/api/v1/sessions/${session.session_id}/messages`;
    const request = { messages: [{ role: "user", content: "once" }], request_id: "r1" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => alice.post(path, request)));
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 201, body: answers[0]?.body });
    const { request_id, ...unnamed } = request;
    const byHeader = await alice.post(path, unnamed, { "idempotency-key": request_id });
    expect(byHeader.body).toEqual(answers[0]?.body);
    expect((await alice.get(path)).body.total).toBe(1);
    expect(
      await alice.post(path, { ...request, messages: [{ role: "user", content: "other" }] }),
    ).toMatchObject({ status: 409, body: { error: "idempotency_conflict" } });
  });

  it("give a retry its first answer although the session changed since", async () => {
    const alice = as(target);
    const create = { title: "first", request_id: "c1" };
    const created = await alice.post("/api/v1/sessions", create);
    const path = `/api/v1/sessions/${created.body.session_id}`;
    const rename = { title: "second", request_id: "u1", etag: created.body.etag };
    const renamed = await alice.patch(path, rename);
    const append = { messages: [{ role: "user", content: "x" }], request_id: "a1" };
    const appended = await alice.post(`${path}/messages`, append);
    await alice.patch(path, { title: "third" });
    await alice.delete(path);
    expect((await alice.post("/api/v1/sessions", create)).body).toEqual(created.body);
    expect((await alice.patch(path, rename)).body).toEqual(renamed.body);
    expect((await alice.post(`${path}/messages`, append)).body).toEqual(appended.body);
  });

  it.each([
    [{}, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: [{ content: "x" }] }, "messages[0].role"],
    [{ messages: [{ role: "robot", content: "x" }] }, "messages[0].role"],
    [{ messages: [{ role: "user" }] }, "messages[0]"],
    [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
    [{ messages: "x" }, "messages"],
    [{ messages: Array(101).fill({ role: "user", content: "x" }) }, "messages"],
  ])("are refused with the field's name: %j", async (request, field) => {
    const alice = as(target);
    const { body: session } = await alice.post("/api/v1/sessions", {});
    const answer = await alice.post(`/api/v1/sessions/${session.session_id}/messages`, request);
    expect(answer).toMatchObject({ status: 400, body: { error: "invalid_argument" } });
    expect(JSON.stringify(answer.body.details)).toContain(`"${field}"`);
    expect((await alice.get(`/api/v1/sessions/${session.session_id}`)).body.version).toBe(1);
  });
}
