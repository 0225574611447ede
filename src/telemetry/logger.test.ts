import { expect, it } from "vitest";
import { createLogger } from "./logger.ts";
import { terminalLine } from "./terminal-lines.ts";

function logged(terminal: boolean, write: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  write(createLogger({ level: "info", terminal, destination: { write: (l) => lines.push(l) } }));
  return lines;
}

it("writes one JSON document a line", () => {
  const [line, ...more] = logged(false, (logger) => logger.info({ a: 1 }, "hello"));
  expect(more).toEqual([]);
  expect(line).toMatch(/\n$/);
  const { time, ...rest } = JSON.parse(line ?? "");
  expect(rest).toEqual({ level: "info", a: 1, msg: "hello" });
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

it("says nothing below its level", () => {
  expect(logged(false, (logger) => logger.debug("hello"))).toEqual([]);
});

it("redacts credentials, also one level down", () => {
  const secret = "hunter2";
  const [line] = logged(false, (logger) =>
    logger.info({
      password: secret,
      config: { token: secret },
      headers: { authorization: secret, "x-api-key": secret },
      req: { headers: { cookie: secret } },
    }),
  );
  expect(line).not.toContain(secret);
  expect(line?.match(/\[redacted\]/g)).toHaveLength(5);
});

it("writes short lines for people", () => {
  const [line] = logged(true, (logger) => logger.warn({ a: 1, b: "two words", c: "x" }, "hello"));
  expect(line).toMatch(/^\d\d:\d\d:\d\d WARN {2}hello a=1 b="two words" c=x\n$/);
});

it("shows people where an error came from", () => {
  const err = { type: "Error", message: "no", stack: "Error: no\n    at here" };
  const line = terminalLine(JSON.stringify({ level: "error", time: "x", msg: "failed", err }));
  expect(line.split("\n").slice(1)).toEqual(["  Error: no", "      at here"]);
});
