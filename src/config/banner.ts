import type { AuthConfig } from "./auth.ts";
import type { Config } from "./config.ts";

/** The first lines on the terminal: where it listens, on which stores, and one call to try. */
export function banner(config: Config, url: string, version: string): string {
  const { journal, live, auth } = config;
  const insecure = config.server.tls === undefined ? "" : "-k ";
  const key = auth.mode === "dev" ? "" : ` -H "x-api-key: $KEY"`;
  return [
    `Parley ${version} listens on ${url} (gRPC, gRPC-Web, Connect and REST)`,
    `  journal  ${journal.kind === "postgres" ? `Postgres at ${journal.url}` : `PGlite in ${journal.dataDir}`}`,
    `  live     ${live.redisUrl === undefined ? "memory of this process" : `Redis at ${live.redisUrl}`}`,
    `  callers  ${callers(auth)}`,
    "",
    "Try it:",
    `  curl ${insecure}-X POST ${url}/api/v1/sessions${key} -H 'content-type: application/json' -d '{"title":"Hello"}'`,
    "",
    "",
  ].join("\n");
}

function callers({ mode, tokens }: AuthConfig): string {
  if (mode === "dev") {
    return "are who their x-user-id header says, whoever they are (PARLEY_AUTH=dev)";
  }
  return tokens === undefined ? "have an API key" : "have an API key or a token";
}
