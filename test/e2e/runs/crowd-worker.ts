// A worker of the crowd test, as a process: answers dialogues, and keeps a list of what was
// acknowledged. Arguments: gRPC target, file of that list.
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";
import { createGrpcClient, createWorker, type Job } from "../../../src/client/index.ts";

const [target = "", acknowledged = ""] = process.argv.slice(2);

const client = createGrpcClient(WorkerService, target, {
  metadata: { "x-user-id": "crowd-worker", "x-roles": "worker" },
});

interface Line {
  readonly speaker: string;
  readonly utterance: string;
}

const worker = createWorker({ client, concurrency: 8, leaseSeconds: 3, handle: answer });

/** Each line of the system costs as many tokens as it has characters. */
async function answer(job: Job): Promise<string> {
  const lines = job.task.metadata?.lines as unknown as Line[];
  const answers = lines.filter(({ speaker }) => speaker === "system");
  for (const [i, { utterance }] of answers.entries()) {
    await job.checkpoint();
    await job.progress({ progress: Math.round((100 * i) / answers.length), stage: `line ${i}` });
    const name = randomUUID();
    await job.append({ events: [{ name, message: utterance }] });
    appendFileSync(acknowledged, `${job.task.sessionId} ${name}\n`);
    const tokens = BigInt(utterance.length);
    await job.usage({ model: "m", inputTokens: tokens, outputTokens: 1n });
    await pause(20);
  }
  return answers.at(-1)?.utterance ?? "nothing";
}

worker.start();
process.stdout.write("ready\n");
process.once("SIGTERM", () => {
  void worker.stop({ graceMs: 5000 }).then(() => client.close());
});
