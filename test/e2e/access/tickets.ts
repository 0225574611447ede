import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import { rest } from "../../support/rest.ts";
import { sse } from "../../support/sse.ts";
import type { Target } from "./callers.ts";
import { makeKey, tokenFor, withKey } from "./service.ts";

/** @param elsewhere another server on the same stores, or the same one */
export function ticketsSuite(target: Target, elsewhere: Target): void {
  const owner = async () => {
    const key = await makeKey(target());
    const caller = withKey(target().url, key.secret);
    const { body } = await caller.post("/api/v1/sessions", { title: "watched" });
    return { key, caller, id: body.session_id as string };
  };
  const newTicket = async ({ caller }: Awaited<ReturnType<typeof owner>>, of = {}) => {
    const { status, body } = await caller.post("/api/v1/tickets", of);
    expect(status).toBe(201);
    return body.ticket as string;
  };
  const watch = (id: string, ticket: string, query = "") =>
    `${elsewhere().url}/api/v1/sessions/${id}/watch?ticket=${ticket}${query}`;
  const statusOf = async (url: string, init: RequestInit = {}) => {
    const leave = new AbortController();
    const { status } = await fetch(url, { ...init, signal: leave.signal });
    leave.abort();
    return status;
  };

  it("opens a stream without a header, and again where it was left", async () => {
    const ann = await owner();
    const { status, body } = await ann.caller.post("/api/v1/tickets");
    expect([status, body]).toEqual([
      201,
      { ticket: expect.stringMatching(/^tk_[A-Za-z0-9_-]{43}$/), expires_at: expect.any(String) },
    ]);
    const left = new Date(body.expires_at).getTime() - Date.now();
    expect([left > 30_000, left <= 61_000]).toEqual([true, true]);
    const leave = new AbortController();
    const seen: string[] = [];
    for await (const { id, event } of sse(watch(ann.id, body.ticket), {}, leave.signal)) {
      seen.push(`${event} ${id}`);
      if (seen.length === 2) break;
    }
    leave.abort();
    const lastId = seen.at(-1)!.split(" ")[1]!;
    await ann.caller.post(`/api/v1/sessions/${ann.id}/messages`, {
      messages: [{ role: "user", content: "hello" }],
    });
    const again = new AbortController();
    const headers = { "last-event-id": lastId };
    for await (const { id, data } of sse(watch(ann.id, body.ticket), headers, again.signal)) {
      if (data.event === undefined) continue;
      expect(Number(id)).toBe(Number(lastId) + 1);
      break;
    }
    again.abort();
  });

  it("is good for reading streams, and for nothing else", async () => {
    const ann = await owner();
    const ticket = await newTicket(ann);
    const { url } = target();
    expect(await statusOf(watch(ann.id, ticket))).toBe(200);
    for (const path of [`/api/v1/sessions/${ann.id}`, "/api/v1/sessions", "/api/v1/account"]) {
      expect(await statusOf(`${url}${path}?ticket=${ticket}`)).toBe(401);
    }
    expect(await statusOf(watch(ann.id, ticket), { method: "HEAD" })).toBe(401);
    const made = await rest(url).post(`/api/v1/sessions?ticket=${ticket}`, { title: "x" });
    expect([made.status, made.body.error]).toEqual([401, "unauthenticated"]);
    for (const headers of [{ authorization: `Bearer ${ticket}` }, { "x-api-key": ticket }]) {
      expect(await statusOf(`${url}/api/v1/sessions/${ann.id}/watch`, { headers })).toBe(401);
      const client = createClient(ConversationService, createGrpcTransport({ baseUrl: url }));
      const stream = client.watchSession({ sessionId: ann.id }, { headers });
      const first = stream[Symbol.asyncIterator]().next();
      await expect(first).rejects.toMatchObject({ code: Code.Unauthenticated });
    }
    const { secret } = ann.key;
    const both = { headers: { "x-api-key": secret } };
    expect(await statusOf(watch(ann.id, ticket), both)).toBe(401);
  });

  it("is the only thing a query is asked for: no key counts there", async () => {
    const ann = await owner();
    const { secret } = ann.key;
    expect(await statusOf(watch(ann.id, secret))).toBe(401);
    const ticket = await newTicket(ann);
    for (const wrong of [`${ticket}x`, `tk_${"A".repeat(43)}`, "", `${ticket}&ticket=${ticket}`]) {
      expect(await statusOf(watch(ann.id, wrong))).toBe(401);
    }
    const token = tokenFor(target());
    expect(await statusOf(watch(ann.id, token))).toBe(401);
  });

  it("opens what its maker may read: no other owner's, and of one session that one", async () => {
    const [ann, bob] = [await owner(), await owner()];
    const other = (await ann.caller.post("/api/v1/sessions", { external_id: "o:1" })).body;
    const open = await newTicket(ann);
    const bound = await newTicket(ann, { session_id: "o:1" });
    const statuses = (ticket: string) =>
      Promise.all(
        [ann.id, other.session_id, bob.id, "unknown"].map((id) => statusOf(watch(id, ticket))),
      );
    expect(await statuses(open)).toEqual([200, 200, 404, 404]);
    expect(await statuses(bound)).toEqual([404, 200, 404, 404]);
    const foreign = await ann.caller.post("/api/v1/tickets", { session_id: bob.id });
    expect([foreign.status, foreign.body.error]).toEqual([404, "session_not_found"]);
    const narrow = await makeKey(target(), { scopes: ["tasks:write"] });
    const denied = await withKey(target().url, narrow.secret).post("/api/v1/tickets");
    expect([denied.status, denied.body.error]).toEqual([403, "scope_denied"]);
  });

  it("opens nothing after its time, but what is open goes on", async () => {
    const ann = await owner();
    const ticket = await newTicket(ann, { ttl: "1s" });
    const leave = new AbortController();
    const stream = sse(watch(ann.id, ticket), {}, leave.signal);
    await stream.next();
    await expect.poll(() => statusOf(watch(ann.id, ticket)), { timeout: 5000 }).toBe(401);
    await ann.caller.post(`/api/v1/sessions/${ann.id}/messages`, {
      messages: [{ role: "user", content: "still there?" }],
    });
    for await (const { data } of stream) {
      if (JSON.stringify(data).includes("still there?")) break;
    }
    leave.abort();
  });

  it("ends with the key it was made with, and so do its streams", async () => {
    const ann = await owner();
    const ticket = await newTicket(ann);
    const open = await fetch(watch(ann.id, ticket));
    const text = open.text();
    const admin = withKey(target().url, target().adminSecret);
    expect((await admin.delete(`/api/v1/keys/${ann.key.id}`)).status).toBe(204);
    const revokedAt = performance.now();
    expect(await text).toContain("unauthenticated");
    expect(performance.now() - revokedAt).toBeLessThan(2000);
    expect(await statusOf(watch(ann.id, ticket))).toBe(401);
  });

  it("ends with the token it was made with", async () => {
    const { url } = target();
    // The tolerance of clocks is 30 seconds.
    const exp = Math.floor(Date.now() / 1000) - 27;
    const authorization = `Bearer ${tokenFor(target(), { exp })}`;
    const caller = rest(url, { authorization });
    const { body: session } = await caller.post("/api/v1/sessions", { title: "watched" });
    const { body } = await caller.post("/api/v1/tickets");
    expect(new Date(body.expires_at).getTime()).toBeLessThanOrEqual((exp + 30) * 1000);
    const open = await fetch(watch(session.session_id, body.ticket));
    expect(await open.text()).toContain("unauthenticated");
  });
}
