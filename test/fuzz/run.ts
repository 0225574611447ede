import { setTimeout as sleep } from "node:timers/promises";
import type { ParleyProcess } from "../support/process.ts";
import { rest } from "../support/rest.ts";
import { garbageConnection } from "./garbage-connection.ts";
import { http1Connection } from "./http1-connection.ts";
import { http2Connection } from "./http2-connection.ts";
import { furnish, type KnownIds } from "./known-ids.ts";
import { Random } from "./random.ts";
import { Tally } from "./tally.ts";
import type { Target } from "./target.ts";

export interface RunOptions {
  /** How many requests at least. */
  readonly requests: number;
  /** The same seed gives the same requests, in whatever order, but for ids that the server makes. */
  readonly seed: number;
  /** Told of the progress, with how many requests were sent so far. */
  readonly onProgress?: (sent: number) => void;
}

export interface Report {
  readonly tally: Tally;
  /** Bytes of heap in use, garbage collected, after a quarter and after all. */
  readonly heap: { readonly early: number; readonly late: number };
  readonly seconds: number;
}

const CONNECTIONS = 32;
const SAMPLE_MS = 100;
const USER = { "x-user-id": "fuzz" };

/** Sends hostile requests to a server process and checks that it lives through them. */
export async function run(target: Target, options: RunOptions): Promise<Report> {
  const { parley } = target;
  const began = performance.now();
  const tally = new Tally();
  const caller = rest(parley.url, USER);
  const ids = await furnish(caller, USER["x-user-id"]);
  let next = 0;
  const drive = async (until: number) => {
    while (tally.requests < until && parley.running) {
      await connection(new Random(options.seed, next++), ids, parley.port, tally);
      if (next % 500 === 0) options.onProgress?.(tally.requests);
    }
  };
  const load = (until: number) =>
    Promise.all(Array.from({ length: CONNECTIONS }, () => drive(until)));
  await load(options.requests / 4);
  const early = await heapInUse(target);
  await load(options.requests);
  await checkAfterwards(parley, tally).catch((error) => tally.fault(`afterwards: ${error}`));
  const late = await heapInUse(target);
  return {
    tally,
    heap: { early, late },
    seconds: (performance.now() - began) / 1000,
  };
}

async function connection(
  random: Random,
  ids: KnownIds,
  port: number,
  tally: Tally,
): Promise<void> {
  const kind = random.next();
  try {
    if (kind < 0.7) await http1Connection(random, ids, port, tally);
    else if (kind < 0.9) await http2Connection(random, ids, port, tally);
    else await garbageConnection(random, port, tally);
  } catch (error) {
    tally.fault(String(error));
  }
}

/** The server answers as before, holds no call of anybody's, and has nothing to report. */
async function checkAfterwards(parley: ParleyProcess, tally: Tally): Promise<void> {
  if (!parley.running) {
    const { code, signal } = await parley.exited();
    return tally.cause(`the process ended with ${code ?? signal}: ${parley.output.slice(-4000)}`);
  }
  const stray = parley.output.split("\n").filter((line) => /^\s+at |^\w*Error/.test(line));
  if (stray.length > 0) tally.fault(`printed: ${stray.join("\n")}`);
  const failures = parley.output.split("\n").filter((line) => /"level":"(error|fatal)"/.test(line));
  for (const line of failures) tally.fault(`logged: ${line}`);
  const caller = rest(parley.url, USER);
  const { status } = await caller.post("/api/v1/sessions", {});
  if (status !== 201) tally.fault(`afterwards a session is created with ${status}`);
  // Its own requests come over HTTP/1.1, so of HTTP/2 nothing may be left.
  const left = /^parley_(?:rpc_running|connections\{protocol="http2"\})/;
  if ((await leastOf(60, async () => sum(await metrics(parley), left))) > 0) {
    const lines = (await metrics(parley)).split("\n").filter((line) => left.test(line));
    tally.fault(`left behind: ${lines.filter((line) => !line.endsWith(" 0")).join("; ")}`);
  }
}

/** Of a process that has ended it is 0. */
function heapInUse(target: Target): Promise<number> {
  return target.heapInUse().catch(() => 0);
}

/** The least of several samples, 0 at best: calls whose callers have gone take a while to end. */
async function leastOf(samples: number, sample: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < samples && least > 0; i++) {
    least = Math.min(least, await sample());
    await sleep(SAMPLE_MS);
  }
  return least;
}

async function metrics({ url }: ParleyProcess): Promise<string> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  return response.text();
}

function sum(text: string, name: RegExp): number {
  const lines = text.split("\n").filter((line) => name.test(line));
  return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
}
