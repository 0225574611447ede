import type { Config } from "./config.ts";

/** The first lines on the terminal: where it listens, on which stores, and one call to try. */
export function banner(config: Config, url: string, version: string): string {
  const { journal, live } = config;
  const insecure = config.server.tls === undefined ? "" : "-k ";
  return [
    `Parley ${version} listens on ${url} (gRPC, gRPC-Web, Connect and REST)`,
    `  journal  ${journal.kind === "postgres" ? `Postgres at ${journal.url}` : `PGlite in ${journal.dataDir}`}`,
    `  live     ${live.redisUrl === undefined ? "memory of this process" : `Redis at ${live.redisUrl}`}`,
    "  callers  are who their x-user-id header says (PARLEY_AUTH=dev)",
    "",
    "Try it:",
    `  curl ${insecure}-X POST ${url}/api/v1/sessions -H 'content-type: application/json' -d '{"title":"Hello"}'`,
    "",
    "",
  ].join("\n");
}
