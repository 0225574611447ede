// What a session of 100,000 events costs beside one of 100: CPU time of the service and of Postgres
// per call; and bytes on disk per event. `npm run bench:long-session [-- --embedded]`.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { create } from "@bufbuild/protobuf";
import pg from "pg";
import { SessionCreatedSchema } from "../gen/parley/v1/event_pb.js";
import { CreateSessionRequestSchema } from "../gen/parley/v1/session_commands_pb.js";
import { actorOf } from "../src/api/actor.ts";
import { newEvent } from "../src/domain/event.ts";
import type { Principal } from "../src/domain/principal.ts";
import { EVERY_SCOPE } from "../src/domain/scopes.ts";
import { newConversation } from "../src/domain/session.ts";
import { uuidV7 } from "../src/ids.ts";
import { openPgliteJournal, openPostgresJournal } from "../src/journal/index.ts";
import type { Journal } from "../src/journal/port.ts";
import { lengthen } from "../test/support/long-session.ts";
import { startParley } from "../test/support/process.ts";
import { removeFolder, temporaryFolder } from "../test/support/temporary-folder.ts";
import { spreadOf } from "./statistics.ts";
import { type Stores, startStores } from "./stores.ts";
import { Teardown } from "./teardown.ts";

const SHORT = 100;
const LONG = 100_000;
const USER = "bench";
const ROUNDS = 7;
/** Milliseconds of one measurement: the kernel counts CPU time in steps of 10. */
const ROUND_MS = 1500;

const OPERATIONS: Readonly<Record<string, (path: string, events: number) => Request>> = {
  "last 20": (path) => get(`${path}/messages?last=20`),
  "turn page": (path) => get(`${path}/turns?limit=10`),
  "state at a seq": (path, events) => get(`${path}/state?at_seq=${events - 10}`),
  "watch start": (path) => get(`${path}/watch`),
  // The last, since it makes the short one longer.
  append: (path) => post(`${path}/messages`, { messages: [{ role: "user", content: "more" }] }),
};

const { values } = parseArgs({ options: { embedded: { type: "boolean", default: false } } });
const teardown = new Teardown();
try {
  await main(values.embedded);
} finally {
  await teardown.run();
}

async function main(embedded: boolean): Promise<void> {
  const stores = await startStores(embedded, teardown, tell);
  tell(`Stores: ${stores.description}.\n`);
  const folder = temporaryFolder("long-session");
  teardown.add(() => removeFolder(folder));
  const paths = await fill(stores.env, folder);
  const parley = await startParley({
    env: { ...stores.env, PARLEY_DATA: folder, LOG_LEVEL: "warn" },
  });
  teardown.add(() => parley.stop());
  const { DATABASE_URL: url } = stores.env;
  const pids = async () => [parley.pid, ...(url ? await backends(url) : [])];
  tell("CPU time per call (ms)  at 100 events  at 100,000  ratio (median, min–max)\n");
  for (const [name, request] of Object.entries(OPERATIONS)) {
    const costs = { short: [] as number[], long: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const short = await cpuPerCall(() => request(parley.url + paths.short, SHORT), pids);
      const long = await cpuPerCall(() => request(parley.url + paths.long, LONG), pids);
      if (round === 0) continue; // The first warms up.
      costs.short.push(short);
      costs.long.push(long);
    }
    const ratio = spreadOf(costs.long.map((cost, round) => cost / costs.short[round]!));
    const [short, long] = [spreadOf(costs.short).median, spreadOf(costs.long).median];
    tell(
      `${name.padEnd(22)}  ${short.toFixed(2).padStart(13)}  ${long.toFixed(2).padStart(10)}  ` +
        `${ratio.median.toFixed(2)}, ${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}\n`,
    );
  }
}

/** Makes both sessions, and tells what the long one takes on disk as it grows. */
async function fill(env: Stores["env"], folder: string) {
  const url = env.DATABASE_URL;
  const journal = await (url ? openPostgresJournal({ url }) : openPgliteJournal({ dir: folder }));
  const size = () => (url ? databaseBytes(url) : folderBytes(folder));
  const short = await conversation(journal);
  const long = await conversation(journal);
  await lengthen(journal, { userId: USER, sessionId: short, events: SHORT });
  let [events, bytes] = [SHORT, await size()];
  for (const next of [LONG / 4, LONG / 2, LONG]) {
    await lengthen(journal, { userId: USER, sessionId: long, events: next });
    const after = await size();
    const each = (after - bytes) / (next - events);
    tell(`Storage from ${events} to ${next} events: ${each.toFixed(0)} bytes per event.\n`);
    [events, bytes] = [next, after];
  }
  await journal.close();
  return { short: `/api/v1/sessions/${short}`, long: `/api/v1/sessions/${long}` };
}

/** @returns the id of a new one */
async function conversation(journal: Journal): Promise<string> {
  const [uid, now] = [uuidV7.uuid(), new Date()];
  const owner: Principal = {
    tenantId: "dev-tenant",
    userId: USER,
    roles: new Set(),
    scopes: EVERY_SCOPE,
    via: "dev",
  };
  const head = newConversation(create(CreateSessionRequestSchema), owner, {
    uid,
    sessionId: uid,
    now,
  });
  const { session } = head;
  const value = create(SessionCreatedSchema, { session });
  const payload = { case: "sessionCreated", value } as const;
  const event = newEvent({ eventId: uid, at: now, actor: actorOf(owner), payload });
  const key = { tenantId: "dev-tenant", userId: USER, method: "bench.Create", key: uid };
  const operation = { ...key, requestHash: new Uint8Array(32) };
  const { kind } = await journal.createSession({ operation, head, events: [event] });
  if (kind !== "committed") throw new Error(`a creation was ${kind}`);
  return uid;
}

/** Milliseconds of CPU of the service, and of Postgres where that is one of its own. */
async function cpuPerCall(request: () => Request, pids: () => Promise<readonly number[]>) {
  const before = cpuOf(await pids());
  const deadline = performance.now() + ROUND_MS;
  let calls = 0;
  while (performance.now() < deadline) {
    await Promise.all(Array.from({ length: 4 }, () => answered(request())));
    calls += 4;
  }
  return (cpuOf(await pids()) - before) / calls;
}

async function answered(request: Request): Promise<void> {
  const leave = new AbortController();
  const response = await fetch(request, { signal: leave.signal });
  if (!response.ok) throw new Error(`${request.url}: ${response.status}`);
  if (!request.url.endsWith("/watch")) return void (await response.arrayBuffer());
  // Its first record says where it stands; that it goes on is not what is measured.
  await response.body?.getReader().read();
  leave.abort();
}

/** In milliseconds; the kernel counts hundredths of a second. */
function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

/** The backends that the service has connections to. */
async function backends(url: string): Promise<number[]> {
  const { rows } = await query<{ pid: number }>(
    url,
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'parley'",
  );
  return rows.map(({ pid }) => pid);
}

async function databaseBytes(url: string): Promise<number> {
  await query(url, "CHECKPOINT");
  const { rows } = await query<{ bytes: string }>(
    url,
    `SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  return Number(rows[0]!.bytes);
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query<Row>(text);
  } finally {
    await client.end();
  }
}

/** Without the log that is written ahead, whose size follows no event. */
function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("pg_wal"))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function get(url: string): Request {
  return new Request(url, { headers: { "x-user-id": USER } });
}

function post(url: string, body: unknown): Request {
  const headers = { "x-user-id": USER, "content-type": "application/json" };
  return new Request(url, { method: "POST", headers, body: JSON.stringify(body) });
}

function tell(text: string): void {
  process.stdout.write(text);
}
