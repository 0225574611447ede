// The adversarial run: `node test/fuzz/main.ts --requests 100000 --seed 1`. Needs no services.
import { parseArgs } from "node:util";
import { type Report, run } from "./run.ts";
import { startTarget } from "./target.ts";

const { values } = parseArgs({
  options: { requests: { type: "string" }, seed: { type: "string" } },
});
const requests = Number(values.requests ?? 100_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

const target = await startTarget();
const report = await run(target, {
  requests,
  seed,
  onProgress: (sent) => process.stderr.write(`\r${sent}`),
}).finally(() => target.parley.stop());
process.stderr.write("\r");
process.stdout.write(`${describe(report)}\n`);
process.exitCode = report.tally.faultCount === 0 ? 0 : 1;

function describe({ tally, heap, seconds }: Report): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MiB`;
  return [
    `${tally.requests} requests in ${Math.round(seconds)} s, seed ${seed}`,
    `answers: ${tally.summary}`,
    `heap in use: ${megabytes(heap.early)} after a quarter, ${megabytes(heap.late)} after all`,
    `faults: ${tally.faultCount}`,
    ...tally.faults.map((fault) => `- ${fault}`),
  ].join("\n");
}
