import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { createGrpcClient } from "../../src/client/grpc.ts";
import { rest, uniqueUser } from "../support/rest.ts";
import type { TestService } from "../support/service.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** What every caller may expect of a conversation, over every protocol, in every home. */
export function conversationSuite(name: string, open: () => Promise<TestService>): void {
  describe(`conversations: ${name}`, () => {
    let service: TestService;
    beforeAll(async () => {
      service = await open();
    });
    afterAll(() => service.close());
    const as = (user = uniqueUser()) => rest(service.url, { "x-user-id": user });

    describe("a session", () => {
      it("is created with what the documents promise", async () => {
        const { status, body, headers } = await as("carol").post("/api/v1/sessions", {
          title: "T",
        });
        expect(status).toBe(201);
        expect(body).toMatchObject({
          session_id: expect.stringMatching(UUID_V7),
          title: "T",
          status: "active",
          is_active: true,
          created_by: "carol",
          user_id: "carol",
          created_at: expect.stringMatching(RFC_3339),
          updated_at: expect.stringMatching(RFC_3339),
          expires_at: expect.stringMatching(RFC_3339),
          version: 1,
          state_version: 1,
          message_count: 0,
          agent_id: null,
          context: null,
          labels: {},
        });
        const month = 30 * 86_400_000;
        expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(month);
        expect(headers.get("etag")).toBe(`"${body.etag}"`);
      });

      it("is created once under its own id, and never another's", async () => {
        const [alice, bob] = [as(), as()];
        const session_id = `own:${crypto.randomUUID()}`;
        const first = await alice.post("/api/v1/sessions", { session_id, title: "one" });
        expect(first).toMatchObject({ status: 201, body: { session_id } });
        const again = await alice.post("/api/v1/sessions", { session_id, title: "two" });
        expect(again).toMatchObject({ status: 200, body: { session_id, title: "one" } });
        const other = await bob.post("/api/v1/sessions", { session_id });
        expect(other).toMatchObject({
          status: 201,
          body: { session_id: expect.stringMatching(UUID_V7) },
        });
      });

      it("is found by its external_id, by its owner only, whoever has that as an id", async () => {
        const [alice, bob] = [as(), as()];
        const name = `ext-${crypto.randomUUID()}`;
        await bob.post("/api/v1/sessions", { session_id: name });
        const { body } = await alice.post("/api/v1/sessions", { external_id: name });
        expect((await alice.get(`/api/v1/sessions/${name}`)).body.session_id).toBe(body.session_id);
        expect((await bob.get(`/api/v1/sessions/${name}`)).body.session_id).toBe(name);
        expect((await as().get(`/api/v1/sessions/${name}`)).status).toBe(404);
        expect(await alice.post("/api/v1/sessions", { external_id: name })).toMatchObject({
          status: 409,
          body: { error: "session_exists" },
        });
      });

      it("says the same to strangers as about what never was", async () => {
        const { body } = await as("dora").post("/api/v1/sessions", { title: "secret" });
        const path = `/api/v1/sessions/${body.session_id}`;
        const nobody = await as().get(`/api/v1/sessions/${crypto.randomUUID()}`);
        const stranger = await as().get(path);
        const tenant = await rest(service.url, { "x-user-id": "dora", "x-tenant-id": "other" }).get(
          path,
        );
        expect(nobody).toMatchObject({
          status: 404,
          body: { error: "session_not_found", code: 404, message: expect.any(String) },
        });
        for (const answer of [stranger, tenant]) {
          expect({ ...answer.body, timestamp: 0 }).toEqual({ ...nobody.body, timestamp: 0 });
          expect(answer.status).toBe(404);
        }
        for (const [verb, sub] of [
          ["PATCH", ""],
          ["DELETE", ""],
          ["POST", "/restore"],
          ["POST", "/messages"],
          ["GET", "/messages"],
          ["GET", "/turns"],
          ["GET", "/events"],
          ["GET", "/log"],
          ["GET", "/watch"],
        ] as const) {
          const payload =
            sub === "/messages" && verb === "POST"
              ? { messages: [{ role: "user", content: "x" }] }
              : {};
          const answer = await as().send(
            verb,
            path + sub,
            verb === "GET" || verb === "DELETE" ? undefined : payload,
          );
          expect([verb, sub, answer.status, answer.body.error]).toEqual([
            verb,
            sub,
            404,
            "session_not_found",
          ]);
        }
        expect((await as().get(`${path}/exists`)).body).toEqual({ exists: false });
      });

      it("is renamed, with the document's rule for titles", async () => {
        const alice = as();
        const { body } = await alice.post("/api/v1/sessions", { title: "T" });
        const path = `/api/v1/sessions/${body.session_id}`;
        expect((await alice.patch(path, { title: "  Q3\u200b " })).body.title).toBe("Q3");
        for (const title of ["", "  ", "\u0001", "x".repeat(61)]) {
          expect(await alice.patch(path, { title })).toMatchObject({
            status: 400,
            body: { error: "invalid_argument", code: 400 },
          });
          expect((await alice.patch("/api/v1/sessions/unknown-one", { title })).status).toBe(400);
        }
        expect((await alice.get(path)).body.title).toBe("Q3");
      });

      it("takes back what it said: output-only fields are ignored, unknown ones refused", async () => {
        const alice = as();
        const { body } = await alice.post("/api/v1/sessions", {
          title: "T",
          context: { a: 1, b: 2 },
        });
        const path = `/api/v1/sessions/${body.session_id}`;
        const { etag, ...said } = body;
        const patched = await alice.patch(path, {
          ...said,
          context: { b: null },
          created_by: "mallory",
        });
        expect(patched).toMatchObject({
          status: 200,
          body: { context: { a: 1 }, created_by: body.user_id },
        });
        expect(await alice.patch(path, { titel: "x" })).toMatchObject({
          status: 400,
          body: { error: "invalid_argument", message: expect.stringContaining("titel") },
        });
        expect(etag).not.toBe(patched.body.etag);
      });

      it("is changed only in the state that the caller names", async () => {
        const alice = as();
        const { body } = await alice.post("/api/v1/sessions", { title: "one" });
        const path = `/api/v1/sessions/${body.session_id}`;
        await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "x" }] });
        const changed = await alice.patch(path, { title: "two" }, { "if-match": `"${body.etag}"` });
        expect(changed).toMatchObject({ status: 200, body: { title: "two" } });
        expect(
          await alice.patch(path, { title: "three" }, { "if-match": `"${body.etag}"` }),
        ).toMatchObject({ status: 412, body: { error: "precondition_failed" } });
        expect(await alice.patch(path, { title: "three", etag: body.etag })).toMatchObject({
          status: 409,
          body: { error: "version_conflict" },
        });
      });

      it("is deleted, stays deleted, and comes back as it was", async () => {
        const alice = as();
        const { body } = await alice.post("/api/v1/sessions", { title: "T" });
        const path = `/api/v1/sessions/${body.session_id}`;
        await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "hi" }] });
        expect((await alice.delete(path)).status).toBe(204);
        expect((await alice.delete(path)).status).toBe(204);
        for (const sub of ["", "/messages", "/turns", "/events", "/log"]) {
          expect(await alice.get(path + sub)).toMatchObject({
            status: 404,
            body: { error: "session_not_found", code: 404 },
          });
        }
        expect((await alice.get("/api/v1/sessions")).body.total_count).toBe(0);
        const back = await alice.post(`${path}/restore`);
        expect(back).toMatchObject({ status: 200, body: { title: "T", message_count: 1 } });
        expect((await alice.post(`${path}/restore`)).status).toBe(200);
        expect((await alice.get(`${path}/messages`)).body.messages[0].content).toBe("hi");
      });

      it("leaves its id to its owner, who then cannot have both", async () => {
        const [alice, bob] = [as(), as()];
        const session_id = `again-${crypto.randomUUID()}`;
        const path = `/api/v1/sessions/${session_id}`;
        await alice.post("/api/v1/sessions", { session_id, title: "old" });
        await alice.delete(path);
        expect((await bob.post("/api/v1/sessions", { session_id })).body.session_id).not.toBe(
          session_id,
        );
        expect(await alice.post("/api/v1/sessions", { session_id, title: "new" })).toMatchObject({
          status: 201,
          body: { session_id, version: 1 },
        });
        expect((await alice.get(path)).body.title).toBe("new");
        expect(await alice.post(`${path}/restore`)).toMatchObject({
          status: 409,
          body: { error: "session_exists" },
        });
      });

      it("expires for its owner, and is nothing to others", async () => {
        const alice = as();
        const { body } = await alice.post("/api/v1/sessions", { ttl: "1s" });
        const path = `/api/v1/sessions/${body.session_id}`;
        await expect
          .poll(async () => (await alice.get(path)).body.error, { timeout: 5000 })
          .toBe("session_expired");
        expect((await as().get(path)).body.error).toBe("session_not_found");
        expect((await alice.get("/api/v1/sessions")).body.sessions).toEqual([]);
        expect((await alice.get(`${path}/exists`)).body).toEqual({ exists: false });
      });
    });

    describe("lists", () => {
      it("are newest first, paged three ways, filtered and summed", async () => {
        const alice = as();
        const ids: string[] = [];
        for (let i = 0; i < 5; i++) {
          const agent_id = i % 2 === 0 ? "even" : "odd";
          const { body } = await alice.post("/api/v1/sessions", { title: `Trip ${i}`, agent_id });
          ids.unshift(body.session_id);
        }
        const list = async (query: string) => (await alice.get(`/api/v1/sessions?${query}`)).body;
        const idsOf = (body: { sessions: { session_id: string }[] }) =>
          body.sessions.map((s) => s.session_id);
        const all = await list("");
        expect(idsOf(all)).toEqual(ids);
        expect(all).toMatchObject({ total_count: 5, count: 5, page: 1, next_page_token: "" });
        expect(all.summary).toMatchObject({ by_status: { active: 5 }, message_count: 0 });
        expect(idsOf(await list("limit=2&offset=2"))).toEqual(ids.slice(2, 4));
        expect(idsOf(await list("limit=2&page=3"))).toEqual(ids.slice(4));
        expect(idsOf(await list("order=asc&limit=1"))).toEqual(ids.slice(4));
        expect(idsOf(await list("agent_id=odd"))).toHaveLength(2);
        expect(idsOf(await list("q=TRIP%203"))).toEqual([ids[1]]);
        expect(idsOf(await list("q=%25"))).toEqual([]);
        const today = new Date().toISOString().slice(0, 10);
        expect(idsOf(await list(`date_from=${today}&date_to=${today}`))).toHaveLength(5);
        const first = await list("limit=3");
        const rest = await list(`limit=3&page_token=${first.next_page_token}`);
        expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids);
        expect((await alice.get("/api/v1/sessions/latest")).body.session_id).toBe(ids[0]);
        await alice.post(`/api/v1/sessions/${ids[3]}/messages`, {
          messages: [{ role: "user", content: "x" }],
        });
        expect((await alice.get("/api/v1/sessions/latest")).body.session_id).toBe(ids[3]);
      });

      it("are empty lists and a 404 for a newcomer", async () => {
        const nobody = as();
        expect((await nobody.get("/api/v1/sessions")).body).toMatchObject({
          sessions: [],
          total_count: 0,
        });
        expect(await nobody.get("/api/v1/sessions/latest")).toMatchObject({
          status: 404,
          body: { error: "session_not_found" },
        });
      });

      it.each([
        "limit=0",
        "limit=101",
        "limit=abc",
        "limit=1&limit=2",
        "offset=-1",
        "page=0",
        "page=1&offset=1",
        "order=up",
        "status=odd",
        "date_from=yesterday",
        "page_token=x",
        "colour=red",
      ])("refuse ?%s", async (query) => {
        const answer = await as().get(`/api/v1/sessions?${query}`);
        expect(answer).toMatchObject({
          status: 400,
          body: { error: "invalid_argument", code: 400 },
        });
      });
    });

    describe("messages", () => {
      it("are kept in order and read back as messages, turns and events", async () => {
        const alice = as();
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
        const alice = as();
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
        const read = (body: { messages: { content: string }[] }) =>
          body.messages.map((m) => m.content);
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

      it("are a hundred after a hundred parallel appends, without a gap", async () => {
        const alice = as();
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
        const alice = as();
        const { body: session } = await alice.post("/api/v1/sessions", {});
        const path = `/api/v1/sessions/${session.session_id}/messages`;
        const request = { messages: [{ role: "user", content: "once" }], request_id: "r1" };
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => alice.post(path, request)),
        );
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
        const alice = as();
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
        const alice = as();
        const { body: session } = await alice.post("/api/v1/sessions", {});
        const answer = await alice.post(`/api/v1/sessions/${session.session_id}/messages`, request);
        expect(answer).toMatchObject({ status: 400, body: { error: "invalid_argument" } });
        expect(JSON.stringify(answer.body.details)).toContain(`"${field}"`);
        expect((await alice.get(`/api/v1/sessions/${session.session_id}`)).body.version).toBe(1);
      });
    });

    describe("the same data over every protocol", () => {
      it("grpc-js, gRPC, gRPC-Web, Connect JSON and binary, REST", async () => {
        const user = uniqueUser();
        const headers = { "x-user-id": user };
        const grpcJs = createGrpcClient(SessionService, new URL(service.url).host, {
          metadata: headers,
        });
        const { session } = await grpcJs.createSession({ title: "everywhere" });
        const sessionId = session?.sessionId ?? "";
        const transports = [
          createGrpcTransport({ baseUrl: service.url }),
          createGrpcWebTransport({ baseUrl: service.url, httpVersion: "1.1" }),
          createConnectTransport({ baseUrl: service.url, httpVersion: "1.1" }),
          createConnectTransport({ baseUrl: service.url, httpVersion: "2", useBinaryFormat: true }),
        ];
        for (const [i, transport] of transports.entries()) {
          const conversation = createClient(ConversationService, transport);
          const messages = [{ role: Role.USER, content: `from ${i}` }];
          await conversation.appendMessages({ sessionId, messages }, { headers });
        }
        const reads = await Promise.all(
          transports.map((transport) =>
            createClient(SessionService, transport).getSession({ sessionId }, { headers }),
          ),
        );
        const viaGrpcJs = await grpcJs.getSession({ sessionId });
        for (const read of reads) expect(read).toEqual(viaGrpcJs);
        const viaRest = await as(user).get(`/api/v1/sessions/${sessionId}/messages`);
        expect(viaRest.body.messages.map((m: { content: string }) => m.content)).toEqual(
          transports.map((_, i) => `from ${i}`),
        );
        expect(viaRest.body.version).toBe(viaGrpcJs.session?.version);
        grpcJs.close();
      });

      it("refuses over gRPC with the reason and the field", async () => {
        const headers = { "x-user-id": uniqueUser() };
        const grpc = createGrpcClient(SessionService, new URL(service.url).host, {
          metadata: headers,
        });
        await expect(grpc.getSession({ sessionId: "unknown" })).rejects.toMatchObject({
          code: 5,
          details: expect.stringContaining("does not exist"),
        });
        await expect(grpc.createSession({ title: "x".repeat(61) })).rejects.toMatchObject({
          code: 3,
        });
        grpc.close();
      });
    });
  });
}
