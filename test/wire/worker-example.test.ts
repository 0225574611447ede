import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WorkerService } from "../../gen/parley/v1/worker_service_pb.js";
import { madeRecords } from "../e2e/replay/made-records.ts";
import { Daemon } from "../support/daemon.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openServer, type TestServer } from "./server-fixture.ts";
import { WorkerServiceInMemory } from "./worker-service.ts";

const WORKER = fileURLToPath(new URL("../../examples/worker.ts", import.meta.url));
const SUBMIT = fileURLToPath(new URL("../../examples/submit-runs.ts", import.meta.url));
const SOON = { timeout: 30_000 };

const service = new WorkerServiceInMemory();
const folder = temporaryFolder("worker-example");
const file = join(folder, "dialogues.jsonl");
let server: TestServer;
beforeAll(async () => {
  const records = madeRecords(2).map((record) => `${JSON.stringify(record)}\n`);
  writeFileSync(file, records.join(""));
  server = await openServer({
    routes: (router) => router.service(WorkerService, service.implementation),
  });
});
afterAll(() => server.close());

/** A worker process, once it says that it is ready. */
async function startWorker(...args: string[]): Promise<Daemon> {
  const address = `127.0.0.1:${server.port}`;
  const logFile = join(folder, `${crypto.randomUUID()}.log`);
  const worker = await Daemon.start({
    command: process.execPath,
    args: [WORKER, "--address", address, "--worker-id", "w1", ...args],
    logFile,
  });
  onTestFinished(() => worker.end("SIGKILL"));
  await worker.waitUntil(async () => worker.output.includes("worker w1 is ready for tasks of"));
  return worker;
}

describe("the example of a worker", () => {
  it("replays what a task holds or names, refuses the rest, and ends on SIGTERM", async () => {
    const worker = await startWorker("--pace-ms", "0", file);
    const [record] = madeRecords(1);
    const held = service.submit("held", { dialogue: JSON.parse(JSON.stringify(record)) });
    const named = service.submit("named", { dialogue: "made_1" });
    const wrong = service.submit("wrong", { dialogue: "nobody's" });
    const ended = () => [held, named, wrong].map(({ log }) => log.at(-1)?.split(" ")[0]);
    await expect.poll(ended, SOON).toEqual(["completed", "completed", "failed"]);
    expect(wrong.log).toEqual([expect.stringMatching(/^failed for good neither/)]);
    const said = held.log.filter((line) => line.startsWith("message "));
    const answers = record!.turns.filter(({ speaker }) => speaker === "system");
    expect(said).toEqual(answers.map(({ utterance }) => `message ${utterance}`));
    expect(held.log.filter((line) => line.startsWith("event tool_invoked"))).toHaveLength(2);
    expect(held.log).toContain("event decision the user wants FindTrip");
    expect(held.partials.length).toBeGreaterThanOrEqual(answers.length);
    worker.send("SIGTERM");
    expect(await worker.exited()).toEqual({ code: 0, signal: null });
  });

  it("gives back on SIGTERM what is not done after the grace", async () => {
    const worker = await startWorker("--pace-ms", "600000", "--grace-ms", "100", file);
    const task = service.submit("slow", { dialogue: "made_0" });
    await expect.poll(() => task.log.length, SOON).toBeGreaterThan(0);
    worker.send("SIGTERM");
    expect(await worker.exited()).toEqual({ code: 0, signal: null });
    expect(task.log.at(-1)).toBe("returned");
  });
});

describe("mistakes in the arguments", () => {
  const run = (script: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  it.each([
    ["worker.ts", WORKER],
    ["submit-runs.ts", SUBMIT],
  ])("%s explains itself", (_, script) => {
    expect(run(script, "--help")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("Usage: node examples/"),
      stderr: "",
    });
    expect(run(script, "--speed", "9")).toMatchObject({ status: 64, stdout: "" });
    expect(run(script, "one", "two")).toMatchObject({ status: 64, stdout: "" });
    const missing = join(folder, "missing.jsonl");
    expect(run(script, missing)).toMatchObject({
      status: 66,
      stderr: expect.stringContaining(missing),
    });
  });

  it("name the line of the file, and the flag", () => {
    const bad = join(folder, "bad.jsonl");
    writeFileSync(bad, `\n{"dialogue_id":"d","turns":[{"speaker":"nobody"}]}\n`);
    expect(run(WORKER, bad)).toMatchObject({
      status: 64,
      stderr: expect.stringMatching(/bad\.jsonl:2: not a dialogue/),
    });
    expect(run(WORKER, "--lease-seconds", "0").stderr).toMatch(/^leaseSeconds: 0 is no whole/);
    expect(run(SUBMIT, "--count", "few").stderr).toMatch(/^--count: "few" is no whole number/);
  });
});
