// How long "it does not exist" takes for another's session beside an unknown one, one asked after the
// other by turns. `npm run bench:not-found [-- --embedded]`.
import { parseArgs } from "node:util";
import { startParley } from "../test/support/process.ts";
import { rest } from "../test/support/rest.ts";
import { quantile } from "./statistics.ts";
import { startStores } from "./stores.ts";
import { Teardown } from "./teardown.ts";

const ASKED = 4000;
const WARM = 500;

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
  const parley = await startParley({ env: { ...stores.env, LOG_LEVEL: "warn" } });
  teardown.add(() => parley.stop());
  const owner = rest(parley.url, { "x-user-id": "owner" });
  const context = { large: "x".repeat(100_000) };
  const { body } = await owner.post("/api/v1/sessions", { context });
  await owner.post(`/api/v1/sessions/${body.session_id}/share`, { recipients: ["somebody"] });
  const guest = rest(parley.url, { "x-user-id": "guest" });
  const times = { foreign: [] as number[], unknown: [] as number[] };
  for (let n = -WARM; n < ASKED; n++) {
    const foreign = await timed(() => guest.get(`/api/v1/sessions/${body.session_id}`));
    const unknown = await timed(() => guest.get(`/api/v1/sessions/${crypto.randomUUID()}`));
    if (n < 0) continue;
    times.foreign.push(foreign);
    times.unknown.push(unknown);
  }
  tell("404 (µs)     p25    p50    p75    p95\n");
  for (const [name, list] of Object.entries(times)) tell(`${name.padEnd(8)} ${line(list)}\n`);
  const [one, other] = [times.foreign, times.unknown].map((list) => median(list));
  tell(`foreign / unknown, medians: ${(one! / other!).toFixed(3)}\n`);
}

async function timed(ask: () => Promise<{ status: number }>): Promise<number> {
  const began = performance.now();
  const { status } = await ask();
  if (status !== 404) throw new Error(`${status} in the place of 404`);
  return (performance.now() - began) * 1000;
}

function line(list: readonly number[]): string {
  const sorted = Float64Array.from(list).sort();
  return [0.25, 0.5, 0.75, 0.95].map((q) => quantile(sorted, q).toFixed(0).padStart(6)).join(" ");
}

function median(list: readonly number[]): number {
  return quantile(Float64Array.from(list).sort(), 0.5);
}

function tell(text: string): void {
  process.stdout.write(text);
}
