import { afterAll, beforeAll, describe } from "vitest";
import type { Env } from "../../../src/config/env.ts";
import { startService, type TestService } from "../../support/service.ts";
import { leasesSuite } from "./leases.ts";
import { moneySuite } from "./money.ts";
import { sweepSuite } from "./sweep.ts";
import { tasksSuite } from "./tasks.ts";
import { walkSuite } from "./walk.ts";

/** What owners and workers may expect of the work of sessions, on whichever stores. */
export function runsSuite(
  name: string,
  stores: () => Promise<Env>,
  suite: (name: string, tests: () => void) => void = describe,
): void {
  suite(`runs: ${name}`, () => {
    let env: Env;
    let service: TestService;
    beforeAll(async () => {
      env = await stores();
      service = await startService(env);
    });
    afterAll(() => service.close());
    const target = {
      get url() {
        return service.url;
      },
    };
    describe("a walk through a run", () => walkSuite(target));
    describe("every status and everything that can happen", () => sweepSuite(target));
    describe("leases", () => leasesSuite(target));
    describe("tasks of conversations", () => tasksSuite(target));
    describe("money", () => moneySuite(() => env));
  });
}
