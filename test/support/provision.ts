import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { locatePostgres, locateRedis } from "./locate.ts";

export interface Executables {
  /** Absolute path of `redis-server`. */
  redis: string;
  /** Folder of `postgres` and `initdb`. */
  postgres: string;
}

/**
 * Finds the servers the tests need. What is missing is installed where that can be done unasked:
 * as root on a Debian-like system, such as the container of a CI job.
 * @throws with one line saying what to install, where it cannot.
 */
export function provision(): Executables {
  const missing = [
    ...(locateRedis() ? [] : ["redis-server"]),
    ...(locatePostgres() ? [] : ["postgresql"]),
  ];
  if (missing.length > 0 && canInstall()) install(missing);
  const redis = locateRedis();
  const postgres = locatePostgres();
  if (redis && postgres) return { redis, postgres };
  throw new Error(
    `The tests need redis-server and postgres, and did not find ${missing.join(" and ")}. ` +
      "Debian/Ubuntu: apt-get install redis-server postgresql. " +
      "macOS: brew install redis postgresql@17. " +
      "To run without them: PARLEY_TEST_SERVICES=off.",
  );
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function install(packages: string[]): void {
  process.stderr.write(`Installing ${packages.join(" and ")} for the tests (apt-get) …\n`);
  const script = fileURLToPath(new URL("./install-debian.sh", import.meta.url));
  const { status, stdout, stderr } = spawnSync("sh", [script, ...packages], { encoding: "utf8" });
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
}
