import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toConfig } from "../../src/config/config.ts";
import { createService, type Service } from "../../src/service.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HOUR = 3_600_000;
const RESOLVE = "/api/v1/sessions:resolve";
const OPENING = { messages: [{ role: "user", content: "hi" }] };

describe("the session of a chat request, as time goes on", () => {
  let service: Service;
  let url: string;
  /** How far this test's clock is ahead, in milliseconds. */
  let ahead = 0;
  beforeAll(async () => {
    const config = toConfig({
      PORT: "0",
      LOG_LEVEL: "silent",
      PARLEY_DATA: temporaryFolder("data"),
      PARLEY_SHUTDOWN_GRACE: "1s",
    });
    const clock = {
      now: () => new Date(Date.now() + ahead),
      monotonic: () => performance.now() + ahead,
    };
    service = await createService(config, { clock });
    ({ url } = await service.start());
  });
  afterAll(() => service.stop("test"));

  const caller = (): RestClient => rest(url, { "x-user-id": uniqueUser() });
  const left = (body: { session: { expires_at: string } }) =>
    Date.parse(body.session.expires_at) - (Date.now() + ahead);

  it("lives for a day from its last use, of which one an hour is written", async () => {
    const alice = caller();
    const { body } = await alice.post(RESOLVE, OPENING);
    const path = `/api/v1/sessions/${body.session_id}`;
    const version = async () => (await alice.get(path)).body.version;
    ahead += HOUR - 60_000;
    expect((await alice.post(RESOLVE, OPENING)).body.is_new).toBe(false);
    expect(await version()).toBe(1);
    ahead += 60_000;
    const answers = await Promise.all([1, 2, 3].map(() => alice.post(RESOLVE, OPENING)));
    for (const answer of answers) {
      expect(left(answer.body)).toBeGreaterThan(24 * HOUR - 30_000);
    }
    expect(await version()).toBe(2);
    for (let hours = 0; hours < 60; hours += 20) {
      ahead += 20 * HOUR;
      const again = await alice.post(RESOLVE, OPENING);
      expect(again.body).toMatchObject({ session_id: body.session_id, is_new: false });
    }
    expect(await version()).toBe(5);
    expect((await alice.get(`${path}/log`)).body.events.at(-1)).toMatchObject({
      type: "session_updated",
    });
  });

  it("gives way to a new one when its day is over, once for many who ask", async () => {
    const alice = caller();
    const first = (await alice.post(RESOLVE, OPENING)).body;
    const path = `/api/v1/sessions/${first.session_id}`;
    await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "old" }] });
    ahead += 24 * HOUR + 1000;
    expect((await alice.get(path)).body.error).toBe("session_expired");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alice.post(RESOLVE, OPENING)),
    );
    for (const { status, body } of answers) {
      expect([status, body.session_id]).toEqual([200, first.session_id]);
      expect(body.session.message_count).toBe(0);
    }
    expect(answers.filter(({ body }) => body.is_new)).toHaveLength(1);
    expect((await alice.get(path)).body).toMatchObject({ version: 1, message_count: 0 });
  });

  it("is the archive's to give back where its caller named it", async () => {
    const alice = caller();
    const session_id = `named-${crypto.randomUUID()}`;
    await alice.post("/api/v1/sessions", { session_id, ttl: "3600s" });
    ahead += HOUR + 1000;
    const expired = await alice.post(RESOLVE, {}, { "x-session-id": session_id });
    expect(expired).toMatchObject({ status: 404, body: { error: "session_expired" } });
    // To anybody else it is a session that somebody has.
    const other = await caller().post(RESOLVE, {}, { "x-session-id": session_id });
    expect(other).toMatchObject({ status: 200, body: { was_collision: true } });
    await alice.post(`/api/v1/archives/${session_id}/revive`, {});
    const again = await alice.post(RESOLVE, {}, { "x-session-id": session_id });
    expect(again.body).toMatchObject({ session_id, is_new: false });
  });
});
