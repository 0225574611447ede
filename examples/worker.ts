// A worker that replays dialogues: `npx node examples/worker.ts` while Parley runs.
// `examples/submit-runs.ts` gives it something to do; docs/workers.md explains what it uses.
import { setTimeout as sleep } from "node:timers/promises";
import { WorkerService } from "../gen/parley/v1/worker_service_pb.js";
import {
  createGrpcClient,
  createWorker,
  type Job,
  PermanentError,
  type TaskOutcome,
} from "../src/client/index.ts";
import { commandLine, numberOf, orExit, say } from "./command-line.ts";
import { asDialogue, type Dialogue, type DialogueTurn, readDialogues } from "./dialogues.ts";

const HELP = `Works on tasks that hold a dialogue: says what its system says, piece by piece.

Usage: node examples/worker.ts [options] [dialogues.jsonl]

A task holds its dialogue in metadata.dialogue: the dialogue itself, or the id of one in the file
(one JSON object a line; without a file, of the two in examples/dialogues.ts). Without metadata,
its query is such an id.

  --address <host:port>  of Parley (PARLEY_ADDRESS; default 127.0.0.1:8080)
  --tenant <id>          whose tasks (default dev-tenant)
  --worker-id <id>       a name for this process (PARLEY_WORKER_ID; default: one of its own)
  --lease-seconds <n>    1 to 600 (PARLEY_LEASE_SECONDS; default 30)
  --concurrency <n>      tasks at once (default 4)
  --type <type>          only tasks of this type; can be given several times
  --pace-ms <n>          between two words (default 20)
  --grace-ms <n>         for tasks to end after SIGTERM; then they are given back (default 10000)
  --help                 this text
`;

const { flags, file } = commandLine(HELP, {
  address: { type: "string", default: process.env.PARLEY_ADDRESS ?? "127.0.0.1:8080" },
  tenant: { type: "string", default: "dev-tenant" },
  "worker-id": { type: "string", default: process.env.PARLEY_WORKER_ID },
  "lease-seconds": { type: "string", default: process.env.PARLEY_LEASE_SECONDS },
  concurrency: { type: "string" },
  type: { type: "string", multiple: true },
  "pace-ms": { type: "string" },
  "grace-ms": { type: "string" },
});
const paceMs = numberOf("--pace-ms", flags["pace-ms"], 20);
const graceMs = numberOf("--grace-ms", flags["grace-ms"], 10_000);
const known = new Map(orExit(() => readDialogues(file)).map((one) => [one.dialogue_id, one]));

const metadata = { "x-roles": "worker", "x-user-id": "replay", "x-tenant-id": flags.tenant };
const client = createGrpcClient(WorkerService, flags.address, { metadata });
const worker = orExit(() =>
  createWorker({
    client,
    workerId: flags["worker-id"],
    leaseSeconds: numberOf("--lease-seconds", flags["lease-seconds"], 30),
    concurrency: numberOf("--concurrency", flags.concurrency, 4),
    types: flags.type,
    handle: replay,
  }),
);
// Once: a second signal ends the process at once, and the server finds out when the lease ends.
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => worker.stop({ graceMs }));
worker.start();
say(`worker ${worker.workerId} is ready for tasks of ${flags.address}`);
await worker.done;
client.close();

async function replay(job: Job): Promise<TaskOutcome> {
  const dialogue = dialogueOf(job);
  const answers = dialogue.turns.filter(({ speaker }) => speaker === "system");
  const { taskId, attempt } = job.task;
  say(`task ${taskId}: ${dialogue.dialogue_id}, attempt ${attempt}`);
  await job.progress({ progress: 0, stage: "reading", workflowId: dialogue.dialogue_id });
  let done = 0;
  let last: string | undefined;
  for (const turn of dialogue.turns) {
    // Here the work can be held, and ends if it was cancelled.
    await job.checkpoint();
    if (turn.speaker === "user") {
      await understand(job, turn);
      continue;
    }
    await callTools(job, turn);
    last = await speak(job, turn.utterance);
    await job.progress({
      progress: Math.floor((100 * ++done) / answers.length),
      stage: "speaking",
    });
  }
  const calls = answers.flatMap(({ frames }) => frames.filter((frame) => frame.service_call));
  say(`task ${taskId}: ${answers.length} answers, ${calls.length} calls`);
  return {
    result: answers.at(-1)?.utterance,
    results: { dialogue_id: dialogue.dialogue_id, answers: answers.length, calls: calls.length },
    summary: `${answers.length} answers and ${calls.length} calls of ${dialogue.services.join(", ")}`,
    confidence: 1,
    resultMessageId: last,
  };
}

/** The dialogue a task is about; one that has none is not worth another attempt. */
function dialogueOf({ task }: Job): Dialogue {
  const given = task.metadata?.dialogue ?? task.query;
  const dialogue = typeof given === "string" ? known.get(given) : asDialogue(given);
  if (dialogue !== undefined) return dialogue;
  throw new PermanentError("neither metadata.dialogue nor the query is a dialogue or names one", {
    code: "no_dialogue",
  });
}

async function understand(job: Job, { frames }: DialogueTurn): Promise<void> {
  for (const { service, active_intent: intent = "NONE" } of frames) {
    if (intent !== "NONE") await job.decide(`the user wants ${intent}`, { service, intent });
  }
}

async function callTools(job: Job, { frames }: DialogueTurn): Promise<void> {
  for (const { service, service_call: call, service_results: results = [] } of frames) {
    if (call === undefined) continue;
    const payload = { method: call.method, parameters: call.parameters, results };
    const event = { name: "tool_invoked", agentId: service, message: call.method, payload };
    await job.append({ events: [event] });
    await job.usage({ agentId: service, tool: call.method });
  }
}

/** Streams an answer word by word. Nobody waits for its usage: it is kept before the task ends. */
async function speak(job: Job, utterance: string): Promise<string | undefined> {
  const stream = job.stream();
  const words = utterance.split(/(?<= )/);
  for (const word of words) {
    stream.write(word);
    if (paceMs > 0) await sleep(paceMs, undefined, { signal: job.signal });
  }
  job.usage({
    model: "replay",
    inputTokens: job.task.query.split(" ").length,
    outputTokens: words.length,
    agentId: "speaker",
  });
  return stream.end({ tokens: words.length });
}
