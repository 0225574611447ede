import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";

const RESOLVE = "/api/v1/sessions:resolve";

describeWithServices("chat requests to two servers on Redis and Postgres", () => {
  let database: TestDatabase;
  let servers: TestService[];
  beforeAll(async () => {
    database = await createDatabase();
    const env = {
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      DATABASE_URL: database.url,
    };
    servers = await Promise.all([startService(env), startService(env)]);
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await database.drop();
  });

  it.each([
    ["derived", {}],
    ["named", { "x-session-id": "everybody-wants-this" }],
  ])("make one session, fifty at the same time, its id %s", async (_, headers) => {
    const user = { "x-user-id": uniqueUser() };
    const request = { messages: [{ role: "user", content: `race ${crypto.randomUUID()}` }] };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        rest(servers[i % 2]!.url, user).post(RESOLVE, request, headers),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.is_new)).toHaveLength(1);
    for (const { url } of servers) {
      expect((await rest(url, user).get("/api/v1/sessions")).body.total_count).toBe(1);
    }
  });

  it("of many users with one header leave the id to one of them, and collide for the rest", async () => {
    const headers = { "x-session-id": `contested-${crypto.randomUUID()}` };
    const users = Array.from({ length: 20 }, () => ({ "x-user-id": uniqueUser() }));
    const answers = await Promise.all(
      users.map((user, i) => rest(servers[i % 2]!.url, user).post(RESOLVE, {}, headers)),
    );
    const owners = answers.filter(({ body }) => body.session_id === headers["x-session-id"]);
    expect(owners).toHaveLength(1);
    expect(answers.filter(({ body }) => body.was_collision)).toHaveLength(19);
    expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(20);
  });
});
