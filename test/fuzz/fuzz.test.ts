import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "./run.ts";
import { startTarget, type Target } from "./target.ts";

// A slice of the adversarial run; `node test/fuzz/main.ts --requests 100000` is the whole.
const REQUESTS = 5000;
const SEED = 20_261_121;

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.parley.stop());

it(`lives through ${REQUESTS} hostile requests and answers none with a 5xx`, async () => {
  const { tally, heap } = await run(target, { requests: REQUESTS, seed: SEED });
  expect(tally.faults).toEqual([]);
  expect(tally.requests).toBeGreaterThanOrEqual(REQUESTS);
  // That the requests are of every kind, and not all turned away at the door.
  for (const status of [200, 201, 204, 400, 403, 404, 405, 406, 409, 415, 431]) {
    expect([status, tally.statuses.get(status) ?? 0]).not.toEqual([status, 0]);
  }
  // What V8 compiles and caches still grows then; a leak of a connection would be ten times this.
  expect(heap.late - heap.early).toBeLessThan(25 * 1_048_576);
}, 120_000);
