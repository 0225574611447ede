// Creates a run for each dialogue and waits until they have ended, over REST as curl would do it:
// `npx node examples/submit-runs.ts` while Parley and examples/worker.ts run.
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, numberOf, orExit, say } from "./command-line.ts";
import { type Dialogue, readDialogues } from "./dialogues.ts";

const HELP = `Creates a run for each dialogue, and waits until all have ended.

Usage: node examples/submit-runs.ts [options] [dialogues.jsonl]

Without a file, the two dialogues in examples/dialogues.ts. Exits with 1 unless all completed.

  --url <url>      of Parley (PARLEY_URL; default http://127.0.0.1:8080)
  --user <id>      whose runs (default dev-user)
  --count <n>      how many, from the start of the file and round again (default: each once)
  --parallel <n>   at once (default 8)
  --events         print what happens in each run
  --help           this text
`;

const { flags, file } = commandLine(HELP, {
  url: { type: "string", default: process.env.PARLEY_URL ?? "http://127.0.0.1:8080" },
  user: { type: "string", default: "dev-user" },
  count: { type: "string" },
  parallel: { type: "string" },
  events: { type: "boolean" },
});
const sessions = new URL(
  "/api/v1/sessions",
  orExit(() => new URL(flags.url)),
).href;
const dialogues = orExit(() => readDialogues(file));
const count = numberOf("--count", flags.count, dialogues.length);
const parallel = numberOf("--parallel", flags.parallel, 8);

interface Run {
  readonly session_id: string;
  readonly status: string;
  readonly tokens_used: number;
  readonly error_details: { readonly message: string } | null;
}

const ENDED = ["completed", "failed", "cancelled", "timeout"];
/** How often a call is made while nobody answers: half a minute in all. */
const ATTEMPTS = 30;

const queue = Array.from({ length: count }, (_, i) => dialogues[i % dialogues.length]!);
const ended: Run[] = [];
const began = performance.now();
try {
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, submitAll));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
const completed = ended.filter(({ status }) => status === "completed").length;
say(`${completed} of ${count} completed in ${Math.round(performance.now() - began)} ms`);
if (completed < count) process.exitCode = 1;

async function submitAll(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const run = await untilEnded(await submit(next));
    const why = run.error_details === null ? "" : `: ${run.error_details.message}`;
    say(`${run.session_id} ${run.status}, ${run.tokens_used} tokens${why}`);
    ended.push(run);
  }
}

async function submit(dialogue: Dialogue): Promise<string> {
  const body = JSON.stringify({
    prompt: dialogue.turns[0]?.utterance ?? dialogue.dialogue_id,
    title: dialogue.dialogue_id,
    agent_id: dialogue.services[0],
    metadata: { dialogue },
  });
  // The same key at each attempt: a run whose answer was lost is not created twice.
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  const response = await call(sessions, { method: "POST", headers, body });
  return ((await response.json()) as Run).session_id;
}

/** Follows the events of a run, from where it was cut off if it is, until the run has ended. */
async function untilEnded(id: string): Promise<Run> {
  for (let after = 0; ; ) {
    const watch = `${sessions}/${id}/watch?until_terminal=true&after_seq=${after}`;
    try {
      for await (const record of records(await call(watch))) {
        after = record.seq;
        if (flags.events && record.event) say(`${id} ${record.seq} ${record.event.type}`);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the connection broke
    }
    const response = await call(`${sessions}/${id}?consistency=strong`);
    const run = (await response.json()) as Run;
    if (ENDED.includes(run.status)) return run;
  }
}

interface WatchRecord {
  readonly seq: number;
  readonly event?: { readonly type: string };
}

/** The data of Server-Sent Events. */
async function* records({ body }: Response): AsyncGenerator<WatchRecord> {
  let text = "";
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (text + chunk).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

/** @throws Error with the server's words where it refuses */
async function call(url: string, init: RequestInit = {}): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const headers = { ...init.headers, "x-user-id": flags.user };
    const response = await fetch(url, { ...init, headers }).catch(() => undefined);
    if (response?.ok) return response;
    const busy = response === undefined || response.status === 429 || response.status >= 500;
    if (!busy || attempt === ATTEMPTS) {
      const words = response === undefined ? "nobody answers" : await response.text();
      throw new Error(`${init.method ?? "GET"} ${url}: ${words}`);
    }
    await sleep(1_000);
  }
}
