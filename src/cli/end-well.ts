import { constants } from "node:os";
import type { Logger } from "pino";

/** After a programming error nothing can be relied on, so calls get less time than on a stop. */
const CRASH_GRACE_MS = 5000;
/** On Ctrl-C the terminal signals all of `npm start`, and npm passes its own signal on: that is one. */
const SAME_SIGNAL_MS = 200;

/**
 * Ends the process: in order on SIGTERM or SIGINT (exit code 0), at once on a
 * second one (128 + its number), and after an exception that nobody caught (1).
 */
export function endWell(stop: (reason: string) => Promise<void>, logger: Logger): void {
  let stoppingSince: number | undefined;
  const end = (reason: string, code: number) => {
    stoppingSince = performance.now();
    stop(reason).then(
      () => process.exit(code),
      (err) => {
        logger.error({ err }, "did not stop in order");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stoppingSince === undefined) end(signal, 0);
      else if (performance.now() - stoppingSince > SAME_SIGNAL_MS) {
        process.exit(128 + constants.signals[signal]);
      }
    });
  }
  process.on("uncaughtException", (err) => {
    logger.fatal({ err }, "uncaught exception");
    setTimeout(() => process.exit(1), CRASH_GRACE_MS).unref();
    if (stoppingSince === undefined) end("uncaught exception", 1);
  });
  // Nothing was left half run by it, as after an exception that nobody caught, and
  // one request must not end the process: so it is a bug to be told of, no more.
  process.on("unhandledRejection", (err) => logger.error({ err }, "unhandled rejection"));
  // Whoever read the output has gone; that is no reason to stop serving.
  process.stdout.on("error", () => undefined);
}
