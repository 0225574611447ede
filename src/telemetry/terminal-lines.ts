import type { DestinationStream } from "pino";

/** Turns pino's JSON lines into `12:34:56 INFO  message key=value …`. */
export function terminalLines(out: DestinationStream): DestinationStream {
  return { write: (line) => out.write(`${terminalLine(line)}\n`) };
}

export function terminalLine(json: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${shown(value)}`);
  const head = [clock, String(level).toUpperCase().padEnd(5), String(msg ?? ""), ...fields].join(
    " ",
  );
  return err === undefined ? head : `${head}\n${shownError(err)}`;
}

/** The stack is where a programming error is found; a terminal has the room. */
function shownError(err: unknown): string {
  const { stack, message } = err as { stack?: string; message?: string };
  return (stack ?? message ?? JSON.stringify(err)).replaceAll(/^/gm, "  ");
}

function shown(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
