import { constants } from "node:os";
import { openCases } from "./cases.ts";
import { COMPARISONS } from "./comparisons.ts";
import { divideCores } from "./cores.ts";
import { IN_FLIGHT } from "./load/closed-loop.ts";
import { HELP, type Options, parseOptions, UsageError } from "./options.ts";
import { rateTable, ratioTable } from "./report.ts";
import { measureInRounds } from "./rounds.ts";
import { startStores } from "./stores.ts";
import { Teardown } from "./teardown.ts";

const EX_USAGE = 64;

const teardown = new Teardown();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void teardown.run().finally(() => process.exit(128 + constants.signals[signal]));
  });
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") process.stdout.write(HELP);
  else await bench(options);
} catch (error) {
  fail(error);
} finally {
  await teardown.run();
}

async function bench(options: Options): Promise<void> {
  const { only, seconds, rounds, warmUp, embedded } = options;
  const comparisons = COMPARISONS.filter(({ name }) => only.includes(name));
  const cores = divideCores();
  const stores = await startStores(embedded, teardown, note);
  note(`Stores: ${stores.description}.\n`);
  note(
    cores === undefined
      ? "Cores: shared by everything; the load may be what limits it.\n"
      : `Cores: ${cores.measured} for what is measured, ${cores.others} for the load and the stores.\n`,
  );
  note(
    `${IN_FLIGHT} in flight, ${rounds} rounds of ${seconds} s, after ${warmUp} s of warm-up each.\n\n`,
  );
  const names = new Set(comparisons.flatMap(({ subject, reference }) => [subject, reference]));
  const cases = await openCases(names, { stores, cores, teardown });
  const results = await measureInRounds(cases, options, progress);
  note(`${ratioTable(comparisons, results, stores.embedded)}\n${rateTable(results)}`);
}

function note(text: string): void {
  process.stdout.write(text);
}

/** On a terminal only, and not for the record. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text} …\n`);
}

function fail(error: unknown): void {
  if (teardown.begun) return; // interrupted: what was under way broke off
  const usage = error instanceof UsageError;
  process.stderr.write(`bench: ${usage ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = usage ? EX_USAGE : 1;
}
