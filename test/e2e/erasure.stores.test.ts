import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgresJournal } from "../../src/journal/index.ts";
import {
  findings,
  postgresDump,
  postgresRows,
  redisValues,
  type Stored,
} from "../support/byte-search.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { rest } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import {
  converse,
  equip,
  leave,
  type Person,
  person,
  research,
  type Staff,
  visit,
} from "./erasure/belongings.ts";

const DAYS = 86_400_000;

describeWithServices("erasing a user, two servers on Redis and Postgres", () => {
  const prefix = redisKeyPrefix();
  let database: TestDatabase;
  let one: TestService;
  let other: TestService;
  let staff: Staff;
  beforeAll(async () => {
    database = await createDatabase();
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: prefix,
      PARLEY_ACCOUNTS: "on",
    };
    [one, other] = await Promise.all([startService(env), startService(env)]);
    staff = {
      admin: rest(one.url, { "x-user-id": "the-admin", "x-roles": "admin" }),
      worker: rest(one.url, { "x-user-id": "the-worker", "x-roles": "worker" }),
    };
  });
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await database.drop();
  });

  const inRedis = () => redisValues(redisUrl(), prefix);
  const inPostgres = () => postgresRows(database.url);

  async function everything(): Promise<Stored[]> {
    const parts = await Promise.all([inPostgres(), postgresDump(database.url), inRedis()]);
    return parts.flat();
  }

  /** Somebody who has used all there is, long enough ago that it lies everywhere. */
  async function settled(name: string): Promise<Person> {
    const somebody = person(one.url, name);
    await equip(somebody, staff);
    await research(somebody, staff);
    const archivedId = await leave(somebody);
    const { client } = somebody;
    const archived = () => client.get(`/api/v1/archives/${archivedId}`);
    await expect
      .poll(async () => (await archived()).body.archived_at, { timeout: 20_000 })
      .toEqual(expect.any(String));
    await packAll(database.url);
    const id = await converse(somebody);
    const path = `/api/v1/search?q=${somebody.words.find((word) => word.startsWith("zqquestion"))}`;
    await expect
      .poll(async () => (await client.get(path)).body.hits?.length, { timeout: 20_000 })
      .toBe(2);
    await client.get(`/api/v1/sessions/${id}/messages`);
    return somebody;
  }

  it("leaves no byte of theirs in Redis or Postgres, and every byte of others", async () => {
    const bystander = await settled("bystander");
    const user = await settled("user");
    await visit(user, bystander);
    const shared = (await bystander.client.get("/api/v1/sessions?q=for%20two")).body.total_count;
    const needles = [user.user, ...user.words];
    const before = await inPostgres();
    const theirs = findings([...before, ...(await inRedis())], needles);
    expect(theirs.length).toBeGreaterThan(needles.length);
    expect(theirs.some((place) => place.startsWith(prefix))).toBe(true);
    for (const table of ["session_archives", "search_entries", "tasks", "ledger", "operations"]) {
      expect(
        theirs.some((place) => place.startsWith(`${table}:`)),
        table,
      ).toBe(true);
    }
    const kept = await rowsWithout(database.url, user.user);

    const asked = await staff.admin.post(`/api/v1/users/${user.user}/erase`);
    expect([asked.status, asked.body.status]).toEqual([202, "pending"]);
    const path = `/api/v1/erasures/${asked.body.erasure_id}`;
    const receipt = async () => (await staff.admin.get(path)).body;
    await expect
      .poll(async () => (await receipt()).status, { timeout: 60_000, interval: 250 })
      .toBe("completed");

    expect(findings(await everything(), needles)).toEqual([]);
    const rows = new Set(await rowsWithout(database.url, user.user));
    expect(kept.filter((row) => !rows.has(row))).toEqual([]);
    const { removed, pseudonym, completed_at } = await receipt();
    expect(completed_at).toEqual(expect.any(String));
    expect(removed).toMatchObject({ sessions: 7, tasks: 3, api_keys: 1, archive_packs: 1 });
    await expectMoney(pseudonym);

    // Others go on, and the user may begin anew.
    const listed = await bystander.client.get("/api/v1/sessions");
    expect(listed.body.total_count).toBe(5 + shared);
    const again = await user.client.post("/api/v1/sessions", { title: "anew" });
    expect(again.status).toBe(201);
    expect((await user.client.get("/api/v1/sessions")).body.total_count).toBe(1);
  });

  async function expectMoney(pseudonym: string): Promise<void> {
    const { admin } = staff;
    const { body: account } = await admin.get(`/api/v1/accounts/${pseudonym}`);
    expect(account).toMatchObject({ available: 9.5, held: 0, open_runs: 0 });
    const { body: ledger } = await admin.get(`/api/v1/accounts/${pseudonym}/ledger`);
    expect(ledger.total).toBeGreaterThan(4);
    expect(JSON.stringify(ledger)).not.toContain("zq");
  }
});

/** Packs what is archived, as is done a day later. */
async function packAll(url: string): Promise<void> {
  const journal = await openPostgresJournal({ url });
  const later = new Date(Date.now() + 2 * DAYS);
  for (const uid of await journal.packableSessions(later, 100)) await journal.packLog(uid, later);
  await journal.close();
}

/** Rows of sessions where the user has never been, and of what hangs on them. */
async function rowsWithout(url: string, user: string): Promise<string[]> {
  const rows = await postgresRows(url);
  const volatile = new Set(["search_queue", "erasures", "erasure_counts", "purges"]);
  const theirs = await uidsOf(url, user);
  return rows
    .filter(({ place, bytes }) => !volatile.has(place) && !bytes.includes(user))
    .filter(({ bytes }) => !theirs.some((uid) => bytes.includes(uid)))
    .map(({ place, bytes }) => `${place} ${bytes.toString("latin1")}`);
}

async function uidsOf(url: string, user: string): Promise<string[]> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ uid: string }>(
    "SELECT uid FROM sessions WHERE user_id = $1 OR visited",
    [user],
  );
  await client.end();
  return rows.map(({ uid }) => uid);
}
