import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Daemon } from "../support/daemon.ts";
import { haveRealDialogues, realRecords } from "../support/dialogues.ts";
import { createDatabase } from "../support/postgres.ts";
import { type ParleyProcess, startParley } from "../support/process.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { describeWithServices } from "../support/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** How many runs. The claim is about 300; the suite takes fewer, where it shares the machine. */
const RUNS = Number(process.env.PARLEY_TEST_RUNS ?? "60");
const WORKER = fileURLToPath(new URL("runs/crowd-worker.ts", import.meta.url));
/** Price of the one model there is, in US dollars for a million tokens. */
const PRICES = { models: { m: { input: 3, output: 15 } } };

interface Line {
  readonly speaker: string;
  readonly utterance: string;
}

/** Real dialogues where they are at hand, else some of our own. */
function dialogues(): Line[][] {
  const lines = haveRealDialogues
    ? realRecords().map(({ turns }) =>
        turns.map(({ speaker, utterance }) => ({ speaker, utterance })),
      )
    : Array.from({ length: RUNS }, (_, d) =>
        Array.from({ length: 6 + (d % 8) }, (_line, t) => ({
          speaker: t % 2 === 0 ? "user" : "system",
          utterance: `dialogue ${d}, line ${t}, ${"x".repeat((d * 7) % 90)}`,
        })),
      );
  return Array.from({ length: RUNS }, (_, i) => lines[i % lines.length]!);
}

/** One worker process; the file has what the servers acknowledged to it. */
async function startWorker(targets: string, folder: string, name: string) {
  const list = join(folder, `${name}.acknowledged`);
  const daemon = await Daemon.start({
    command: process.execPath,
    args: [WORKER, targets, list],
    logFile: join(folder, `${name}.log`),
  });
  return { daemon, list };
}

type Worker = Awaited<ReturnType<typeof startWorker>>;

/** As much of an event as is looked at. */
interface Logged {
  readonly type: string;
  readonly seq: number;
  readonly usage_reported?: { readonly input_tokens: number; readonly output_tokens: number };
  readonly agent_event?: { readonly name: string };
}

async function wholeLog(client: RestClient, id: string): Promise<Logged[]> {
  const events: Logged[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const { body } = await client.get(`/api/v1/sessions/${id}/log?limit=100&after_seq=${after}`);
    if (body.events.length === 0) return events;
    events.push(...body.events);
  }
}

function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

/** What a run's log and its figures have to say to one another. */
async function checkRun(client: RestClient, id: string, asked: readonly Line[]): Promise<string[]> {
  const { body: session } = await client.get(`/api/v1/sessions/${id}?consistency=strong`);
  expect(session.status).toBe("completed");
  const events = await wholeLog(client, id);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.length).toBe(session.version);
  const kinds = (type: string) => events.filter((event) => event.type === type);
  expect(kinds("task_completed")).toHaveLength(1);
  expect(kinds("task_claimed")).toHaveLength(kinds("task_released").length + 1);
  const used = events.flatMap((event) => event.usage_reported ?? []);
  const sum = (field: "input_tokens" | "output_tokens") =>
    used.reduce((total, usage) => total + usage[field], 0);
  expect(session.tokens_used).toBe(sum("input_tokens") + sum("output_tokens"));
  expect(Math.round(session.cost * 1e6)).toBe(sum("input_tokens") * 3 + sum("output_tokens") * 15);
  const answers = asked.filter(({ speaker }) => speaker === "system");
  // The attempt that completed has reported all of it, an earlier one perhaps some.
  expect(used.length).toBeGreaterThanOrEqual(answers.length);
  const names = events.flatMap(({ agent_event: event }) => event?.name ?? []);
  expect(new Set(names).size).toBe(names.length);
  return names;
}

describeWithServices("a crowd of runs", () => {
  it(`${RUNS} runs on three workers and two servers, of which one each is killed: all complete once`, async () => {
    const folder = temporaryFolder("crowd");
    const database = await createDatabase();
    const prices = join(folder, "prices.json");
    writeFileSync(prices, JSON.stringify(PRICES));
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      PARLEY_PRICES: prices,
      PARLEY_TASK_ATTEMPTS: "10",
      LOG_LEVEL: "warn",
    };
    const servers: ParleyProcess[] = [await startParley({ env }), await startParley({ env })];
    const workers: Worker[] = [];
    try {
      const [first, second] = servers as [ParleyProcess, ParleyProcess];
      const client = rest(second.url, { "x-user-id": uniqueUser() });
      // Each worker knows both servers, and prefers another one.
      const [one, two] = [`127.0.0.1:${first.port}`, `127.0.0.1:${second.port}`];
      for (const [i, targets] of [`${one},${two}`, `${two},${one}`, `${one},${two}`].entries()) {
        workers.push(await startWorker(`ipv4:${targets}`, folder, `worker-${i}`));
      }
      const asked = dialogues();
      const ids = await Promise.all(
        asked.map(async (dialogue) => {
          const run = { prompt: dialogue[0]?.utterance, metadata: { lines: dialogue } };
          const { status, body } = await client.post("/api/v1/sessions", run);
          expect(status).toBe(201);
          return body.session_id as string;
        }),
      );
      const counts = async (): Promise<Record<string, number>> =>
        (await client.get("/api/v1/sessions?limit=1")).body.summary.by_status;
      while (((await counts()).completed ?? 0) < RUNS / 4) await pause(50);
      await first.kill9();
      await workers[1]!.daemon.end("SIGKILL");
      await expect.poll(counts, { timeout: 240_000, interval: 500 }).toEqual({ completed: RUNS });
      const logged = new Map<string, Set<string>>();
      for (const [i, id] of ids.entries()) {
        logged.set(id, new Set(await checkRun(client, id, asked[i]!)));
      }
      const acknowledged = workers.flatMap(({ list }) => lines(list));
      expect(acknowledged.length).toBeGreaterThan(RUNS);
      const lost = acknowledged.filter((line) => {
        const [id = "", name = ""] = line.split(" ");
        return !logged.get(id)?.has(name);
      });
      expect(lost).toEqual([]);
    } finally {
      await Promise.all(workers.map(({ daemon }) => daemon.end("SIGTERM", 10_000)));
      await Promise.all(servers.map((server) => (server.running ? server.stop() : undefined)));
      await database.drop();
    }
  }, 400_000);
});
