import { toConfig } from "../../src/config/config.ts";
import type { Env } from "../../src/config/env.ts";
import { createService, type Overrides } from "../../src/service.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { prepareData } from "./data-folder.ts";
import { keptLines } from "./log-folder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A service in this process, on a port of its own. */
export interface TestService {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a service as `env` configures it; without stores in it, embedded in a temporary folder. */
export async function startService(
  env: Env = {},
  overrides: Partial<Overrides> = {},
): Promise<TestService> {
  const data = temporaryFolder("data");
  if (env.DATABASE_URL === undefined && env.PARLEY_DATA === undefined) prepareData(data);
  const config = toConfig({
    PORT: "0",
    LOG_LEVEL: "silent",
    PARLEY_DATA: data,
    PARLEY_SHUTDOWN_GRACE: "1s",
    ...env,
  });
  const logger = createLogger({ level: "trace", terminal: false, destination: keptLines() });
  const service = await createService(config, { logger, ...overrides });
  const { url } = await service.start();
  return { url, close: () => service.stop("test") };
}
