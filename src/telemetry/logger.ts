import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { REDACTED_PATHS } from "./redact.ts";
import { terminalLines } from "./terminal-lines.ts";

export interface LoggerOptions {
  readonly level: string;
  /** True: short lines for people. False: one JSON document a line. */
  readonly terminal: boolean;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * The process's logger. What must not be logged (content, credentials, driver
 * text for callers) is kept out by whoever logs; redaction is the net below.
 */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? process.stdout;
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...REDACTED_PATHS], censor: "[redacted]" },
    },
    options.terminal ? terminalLines(destination) : destination,
  );
}
