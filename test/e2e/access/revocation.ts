import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import { rest } from "../../support/rest.ts";
import type { Target } from "./callers.ts";
import { makeKey, tokenFor, withKey } from "./service.ts";

/** How a watch ended, and when. */
async function watched(url: string, headers: Record<string, string>, sessionId: string) {
  const client = createClient(ConversationService, createGrpcTransport({ baseUrl: url }));
  const stream = client.watchSession({ sessionId }, { headers })[Symbol.asyncIterator]();
  const first = await stream.next();
  expect(first.value?.update.case).toBe("position");
  const end = (async () => {
    while (!(await stream.next()).done);
  })().then(
    () => ({ code: undefined, at: performance.now() }),
    (error) => ({ code: ConnectError.from(error).code, at: performance.now() }),
  );
  return { end };
}

/** @param elsewhere another server on the same stores, or the same one */
export function revocationSuite(target: Target, elsewhere: Target): void {
  it("reaches calls and open streams within a second", async () => {
    const { url } = elsewhere();
    const key = await makeKey(target());
    const caller = withKey(url, key.secret);
    const { body } = await caller.post("/api/v1/sessions", { title: "watched" });
    const headers = { "x-api-key": key.secret };
    const { end } = await watched(url, headers, body.session_id);
    const sse = await fetch(`${url}/api/v1/sessions/${body.session_id}/watch`, { headers });
    expect(sse.status).toBe(200);
    const text = sse.text();
    const admin = withKey(target().url, target().adminSecret);
    expect((await admin.delete(`/api/v1/keys/${key.id}`)).status).toBe(204);
    const revokedAt = performance.now();
    for (;;) {
      const asked = performance.now() - revokedAt;
      const { status } = await caller.get("/api/v1/sessions");
      if (status === 401) break;
      expect([status, asked < 1000]).toEqual([200, true]);
    }
    const { code, at } = await end;
    expect(code).toBe(Code.Unauthenticated);
    expect(at - revokedAt).toBeLessThan(1200);
    expect(await text).toContain("unauthenticated");
  });

  it("is like the end of a token, for a stream", async () => {
    const { url } = elsewhere();
    const now = Math.floor(Date.now() / 1000);
    // The tolerance of clocks is 30 seconds.
    const token = tokenFor(elsewhere(), { exp: now - 27 });
    const headers = { authorization: `Bearer ${token}` };
    const caller = rest(url, headers);
    const { status, body } = await caller.post("/api/v1/sessions", { title: "watched" });
    expect(status).toBe(201);
    const { code } = await (await watched(url, headers, body.session_id)).end;
    expect(code).toBe(Code.Unauthenticated);
  });
}
