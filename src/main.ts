import { readFileSync } from "node:fs";
import { endWell } from "./cli/end-well.ts";
import { setHeapFlags } from "./cli/heap-flags.ts";
import { runKeys, UsageError } from "./cli/keys.ts";
import { banner } from "./config/banner.ts";
import { type Config, ConfigError, toConfig } from "./config/config.ts";
import { readEnv } from "./config/env.ts";
import { helpText } from "./config/help.ts";
import { createService } from "./service.ts";
import { createLogger } from "./telemetry/logger.ts";

// Exit codes of sysexits.h.
const EX_USAGE = 64;
const EX_CONFIG = 78;

const [argument, ...more] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
if (argument === "--help" || argument === "-h") process.stdout.write(helpText());
else if (argument === "--version") process.stdout.write(`${version}\n`);
else if (argument === "keys") await keys(more);
else if (argument !== undefined) exit(EX_USAGE, `unknown argument ${argument}; see --help`);
else await serve(configure());

function configure(): Config {
  try {
    return toConfig(readEnv(process.env));
  } catch (error) {
    if (error instanceof ConfigError) return exit(EX_CONFIG, error.message);
    throw error;
  }
}

/** Manages API keys, straight in the journal: the first one is made so. */
async function keys(args: readonly string[]): Promise<void> {
  try {
    process.stdout.write(await runKeys(args, configure()));
  } catch (error) {
    const usage = error instanceof UsageError;
    exit(usage ? EX_USAGE : 1, error instanceof Error ? error.message : String(error));
  }
}

async function serve(config: Config): Promise<void> {
  setHeapFlags();
  const logger = createLogger({ level: config.logLevel, terminal: process.stdout.isTTY === true });
  try {
    const opening = createService(config, { logger });
    // From now on, since opening may take seconds: an embedded journal is closed in order.
    endWell(async (reason) => (await opening).stop(reason), logger);
    const { url } = await (await opening).start();
    process.stdout.write(banner(config, url, version));
  } catch (error) {
    logger.debug({ err: error }, "cannot start");
    exit(1, `cannot start: ${error instanceof Error ? error.message : error}`);
  }
}

function exit(code: number, text: string): never {
  for (const line of text.split("\n")) process.stderr.write(`parley: ${line}\n`);
  process.exit(code);
}
