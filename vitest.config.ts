import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { ContractReporter } from "./test/support/contract-reporter.ts";

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: [
      "default",
      ["json", { outputFile: "test-results/report.json" }],
      new ContractReporter(),
    ],
    projects: [
      {
        // Pure enough to share a process, which is a third of the time.
        extends: true,
        test: {
          name: "unit",
          include: ["{src,scripts}/**/*.test.ts", "test/*.test.ts"],
          isolate: false,
        },
      },
      {
        // Redis and Postgres are started only when a test of this project was selected.
        extends: true,
        test: {
          name: "services",
          include: ["test/*/**/*.test.ts"],
          exclude: ["test/logs/**"],
          globalSetup: ["test/setup-services.ts"],
        },
      },
      {
        // After all others, whose servers' lines it reads.
        extends: true,
        test: { name: "logs", include: ["test/logs/*.test.ts"], sequence: { groupOrder: 1 } },
      },
    ],
  },
});
