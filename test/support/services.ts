import { describe, inject } from "vitest";

/** The servers of a run of the tests, as `test/setup-services.ts` found or started them. */
export interface Services {
  /** Unique per run: names what the run leaves in servers it did not start. */
  run: string;
  redisUrl: string;
  /** Of a database to administer the server from. */
  databaseUrl: string;
  /** For servers a test starts for itself: the executable of Redis, the folder of Postgres'. */
  executables: { redis: string; postgres: string };
}

declare module "vitest" {
  interface ProvidedContext {
    services: Services | "off";
  }
}

/**
 * The servers of this run.
 * @throws where there are none: in unit tests, and with `PARLEY_TEST_SERVICES=off`.
 */
export function services(): Services {
  const provided = inject("services");
  if (provided === undefined) {
    throw new Error(
      "Redis and Postgres are there for tests in the folders of test/, not for others",
    );
  }
  if (provided === "off") {
    throw new Error("PARLEY_TEST_SERVICES=off: put this test inside describeWithServices()");
  }
  return provided;
}

/**
 * `describe` for tests that need a real Redis or Postgres. With `PARLEY_TEST_SERVICES=off` they
 * are skipped, and named at the end of the run.
 */
export function describeWithServices(name: string, tests: () => void): void {
  describe.skipIf(inject("services") === "off")(name, tests);
}
