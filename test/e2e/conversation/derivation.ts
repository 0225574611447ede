import { createHash } from "node:crypto";
import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { DerivationService } from "../../../gen/parley/v1/derivation_service_pb.js";
import { type RestClient, rest, uniqueUser } from "../../support/rest.ts";
import { as, type Target, UUID_V7 } from "./target.ts";

const PATH = "/api/v1/sessions:resolve";
const DERIVED = /^oai-[0-9a-f]{16}$/;
const DAY = 86_400_000;

function chat(system: string, user: unknown) {
  return {
    messages: [
      { role: "system", content: system },
      { role: "user", content: user },
    ],
  };
}

function lifetimeOf({ created_at, expires_at }: { created_at: string; expires_at: string }) {
  return Date.parse(expires_at) - Date.parse(created_at);
}

export function derivationSuite(target: Target): void {
  const resolve = (caller: RestClient, request: object, id?: string) =>
    caller.post(PATH, request, id === undefined ? {} : { "x-session-id": id });

  it("is the same for the same opening, and lives for a day", async () => {
    const alice = as(target);
    const first = await resolve(alice, chat("be kind", "hi"));
    expect(first).toMatchObject({
      status: 200,
      body: {
        session_id: expect.stringMatching(DERIVED),
        is_new: true,
        was_collision: false,
        was_derived: true,
        session: { status: "active", message_count: 0 },
      },
    });
    const { session_id, session } = first.body;
    expect(session.session_id).toBe(session_id);
    expect(first.headers.get("x-session-id")).toBe(session_id);
    expect(lifetimeOf(session)).toBe(DAY);
    const path = `/api/v1/sessions/${session_id}`;
    await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "hi" }] });
    const more = chat("be kind", [{ type: "text", text: "hi" }]);
    more.messages.push({ role: "assistant", content: "hello" }, { role: "user", content: "more" });
    const again = await resolve(alice, more);
    expect(again.body).toMatchObject({
      ...{ session_id, is_new: false, was_collision: false, was_derived: true },
      session: { message_count: 1 },
    });
    expect(again.headers.get("x-session-id")).toBe(session_id);
    // A use that gains less than an hour is not written.
    expect((await alice.get(path)).body.version).toBe(2);
  });

  it("is another one for another opening, another user, another tenant", async () => {
    const user = uniqueUser();
    const elsewhere = rest(target.url, { "x-user-id": user, "x-tenant-id": "other" });
    const answers = await Promise.all([
      resolve(as(target, user), chat("be kind", "hi")),
      resolve(as(target, user), chat("be kind", "ho")),
      resolve(as(target, user), chat("be rude", "hi")),
      resolve(as(target), chat("be kind", "hi")),
      resolve(elsewhere, chat("be kind", "hi")),
    ]);
    expect(answers.every(({ body }) => body.is_new && !body.was_collision)).toBe(true);
    expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(answers.length);
  });

  it("is made once by fifty who ask at the same time", async () => {
    const alice = as(target);
    const request = chat("s", `race ${crypto.randomUUID()}`);
    const answers = await Promise.all(Array.from({ length: 50 }, () => resolve(alice, request)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.is_new)).toHaveLength(1);
    expect((await alice.get("/api/v1/sessions")).body.total_count).toBe(1);
  });

  it("keeps a character at the cut whole", async () => {
    const alice = as(target);
    // 99 bytes, then one of four: what comes of it must not count.
    const [one, other] = [`${"x".repeat(99)}😀`, `${"x".repeat(99)}😁`];
    const ids = await Promise.all([one, other].map((text) => resolve(alice, chat("s", text))));
    expect(ids[0]?.body.session_id).toBe(ids[1]?.body.session_id);
    const fits = await resolve(alice, chat("s", `${"x".repeat(96)}😀`));
    const differs = await resolve(alice, chat("s", `${"x".repeat(96)}😁`));
    expect(fits.body.session_id).not.toBe(differs.body.session_id);
    // And 199 bytes of instructions, then one of two.
    const long = ["é", "ü"].map((character) => `${"s".repeat(199)}${character}`);
    const cut = await Promise.all(long.map((system) => resolve(alice, chat(system, "u"))));
    expect(cut[0]?.body.session_id).toBe(cut[1]?.body.session_id);
  });

  it("has an id that follows from its user and opening, whichever server is asked, and when", async () => {
    const user = uniqueUser();
    const digest = createHash("sha256");
    for (const piece of ["dev-tenant", user, "be kind", "ahoj 🐎"]) {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(Buffer.byteLength(piece));
      digest.update(size).update(piece);
    }
    const { body } = await resolve(as(target, user), chat("be kind", "ahoj 🐎"));
    expect(body.session_id).toBe(`oai-${digest.digest("hex").slice(0, 16)}`);
  });

  it("is the one that is named, by field or by header, made where nobody has it", async () => {
    const alice = as(target);
    const name = `mine-${crypto.randomUUID()}`;
    const made = await resolve(alice, {}, name);
    expect(made.body).toMatchObject({
      ...{ session_id: name, is_new: true, was_collision: false, was_derived: false },
    });
    expect(lifetimeOf(made.body.session)).toBe(30 * DAY);
    for (const answer of [
      await resolve(alice, chat("s", "u"), name),
      await resolve(alice, { session_id: name }),
      await resolve(alice, { session_id: name }, name),
    ]) {
      expect(answer.body).toMatchObject({ session_id: name, is_new: false });
      expect(answer.headers.get("x-session-id")).toBe(name);
    }
    const external_id = `ext-${crypto.randomUUID()}`;
    const { body } = await alice.post("/api/v1/sessions", { external_id });
    expect((await resolve(alice, {}, external_id)).body.session_id).toBe(body.session_id);
  });

  it("is a new one where somebody else has the id, and not a word of them", async () => {
    const [alice, bob] = [as(target), as(target)];
    const theirs = (await bob.post("/api/v1/sessions", { title: "secret" })).body.session_id;
    const before = (await bob.get(`/api/v1/sessions/${theirs}`)).body;
    const answer = await resolve(alice, chat("s", "u"), theirs);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        session_id: expect.stringMatching(DERIVED),
        is_new: true,
        was_collision: true,
        was_derived: false,
        session: { title: null, message_count: 0 },
      },
    });
    expect(lifetimeOf(answer.body.session)).toBe(DAY);
    expect(answer.headers.get("x-session-id")).toBe(answer.body.session_id);
    expect(JSON.stringify(answer.body)).not.toContain(theirs);
    expect((await bob.get(`/api/v1/sessions/${theirs}`)).body).toEqual(before);
    const next = await resolve(alice, {}, answer.body.session_id);
    expect(next.body).toMatchObject({ session_id: answer.body.session_id, is_new: false });
    await bob.delete(`/api/v1/sessions/${theirs}`);
    expect((await resolve(alice, {}, theirs)).body.was_collision).toBe(true);
  });

  it("may have any name that only another tenant has, and hears nothing of that", async () => {
    const name = `walled-${crypto.randomUUID()}`;
    const user = uniqueUser();
    const elsewhere = rest(target.url, { "x-user-id": user, "x-tenant-id": "other" });
    await elsewhere.post("/api/v1/sessions", { session_id: name, title: "secret" });
    const { body } = await resolve(as(target, user), {}, name);
    expect(body).toMatchObject({
      ...{ session_id: name, is_new: true, was_collision: false },
      session: { title: null, version: 1 },
    });
    expect((await elsewhere.get(`/api/v1/sessions/${name}`)).body.title).toBe("secret");
  });

  it("is a new one under the same id after it was deleted", async () => {
    const alice = as(target);
    const name = `again-${crypto.randomUUID()}`;
    for (const [request, id] of [
      [chat("s", "u"), undefined],
      [{}, name],
    ] as const) {
      const first = (await resolve(alice, request, id)).body;
      await alice.patch(`/api/v1/sessions/${first.session_id}`, { title: "old" });
      await alice.delete(`/api/v1/sessions/${first.session_id}`);
      const second = (await resolve(alice, request, id)).body;
      expect(second).toMatchObject({
        ...{ session_id: first.session_id, is_new: true, was_collision: false },
        session: { title: null, version: 1 },
      });
    }
  });

  it.each([
    ["X-Session-ID", {}, "a b"],
    ["X-Session-ID", {}, "latest"],
    ["X-Session-ID", {}, "x".repeat(129)],
    ["session_id", { session_id: "a/b" }, undefined],
    ["session_id", { session_id: "one" }, "two"],
    ["messages", {}, undefined],
    ["messages", { messages: [{ role: "assistant", content: "hi" }] }, undefined],
    ["messages[0].content", { messages: [{ role: "user", content: 5 }] }, undefined],
  ])("is refused with the name of what is wrong (%s): %j %.20s", async (field, request, id) => {
    const alice = as(target);
    const answer = await resolve(alice, request, id);
    expect(answer).toMatchObject({ status: 400, body: { error: "invalid_argument" } });
    expect(JSON.stringify(answer.body.details)).toContain(`"${field}"`);
    expect((await alice.get("/api/v1/sessions")).body.total_count).toBe(0);
  });

  it("is named in the header of the answer over every protocol", async () => {
    const user = uniqueUser();
    const { body } = await resolve(as(target, user), chat("s", "u"));
    const messages = [
      { role: "system", content: { kind: { case: "stringValue", value: "s" } } },
      { role: "user", content: { kind: { case: "stringValue", value: "u" } } },
    ] as const;
    for (const transport of [
      createGrpcTransport({ baseUrl: target.url }),
      createGrpcWebTransport({ baseUrl: target.url, httpVersion: "1.1" }),
      createConnectTransport({ baseUrl: target.url, httpVersion: "1.1" }),
    ]) {
      const client = createClient(DerivationService, transport);
      const named: (string | null)[] = [];
      const call = (request: object, extra = {}) =>
        client.resolveSession(request, {
          headers: { "x-user-id": user, ...extra },
          onHeader: (headers) => named.push(headers.get("x-session-id")),
        });
      const derived = await call({ messages });
      expect(derived).toMatchObject({ sessionId: body.session_id, isNew: false });
      const other = await call({}, { "x-session-id": `own-${user}` });
      expect(other.sessionId).toBe(`own-${user}`);
      expect(named).toEqual([body.session_id, `own-${user}`]);
      await expect(call({}, { "x-session-id": "a b" })).rejects.toMatchObject({ code: 3 });
    }
  });

  it("has an id that others can have too, which then is another's", async () => {
    const [alice, bob] = [as(target), as(target)];
    const { session_id } = (await resolve(alice, chat("s", "u"))).body;
    const squatted = await bob.post("/api/v1/sessions", { session_id });
    expect(squatted.body.session_id).toMatch(UUID_V7);
    expect((await resolve(bob, {}, session_id)).body.was_collision).toBe(true);
  });
}
