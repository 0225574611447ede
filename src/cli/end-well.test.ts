import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const END_WELL = new URL("./end-well.ts", import.meta.url).href;
const LOGGER = new URL("../telemetry/logger.ts", import.meta.url).href;
const START = fileURLToPath(new URL("../start.mjs", import.meta.url));

let child: ChildProcess;
afterEach(() => child.kill("SIGKILL"));

/** A process that takes `stopMs` to stop, with `more` to run at the end. */
async function start(stopMs: number, more = "") {
  const source = `
    import { endWell } from ${JSON.stringify(END_WELL)};
    import { createLogger } from ${JSON.stringify(LOGGER)};
    const stop = async (reason) => {
      console.log("stopping: " + reason);
      await new Promise((resolve) => setTimeout(resolve, ${stopMs}));
      if (${stopMs} === 1) throw new Error("no order");
      console.log("stopped");
    };
    endWell(stop, createLogger({ level: "info", terminal: false }));
    setInterval(() => {}, 1000);
    console.log("ready");
    ${more}
  `;
  child = spawn(process.execPath, ["--input-type=module", "-e", source]);
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  const exited = once(child, "exit").then(([code]) => ({ code, output }));
  await expect.poll(() => output, { timeout: 10_000 }).toContain("ready");
  return { exited, output: () => output };
}

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  it("stops in order", async () => {
    const { exited } = await start(50);
    child.kill(signal);
    const { code, output } = await exited;
    expect(output).toBe(`ready\nstopping: ${signal}\nstopped\n`);
    expect(code).toBe(0);
  });

  it("forces the end the second time", async () => {
    const { exited, output } = await start(60_000);
    child.kill(signal);
    await expect.poll(output).toContain("stopping");
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill(signal);
    expect((await exited).code).toBe(signal === "SIGTERM" ? 143 : 130);
  });
});

it("takes the same signal twice at once for one, as npm sends it on Ctrl-C", async () => {
  const { exited } = await start(300);
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 30));
  child.kill("SIGINT");
  const { code, output } = await exited;
  expect(output).toContain("stopped");
  expect(code).toBe(0);
});

it("says when it did not stop in order", async () => {
  const { exited } = await start(1);
  child.kill("SIGTERM");
  const { code, output } = await exited;
  expect(output).toContain("did not stop in order");
  expect(code).toBe(1);
});

it("drains and ends with 1 after an exception that nobody caught", async () => {
  const { exited } = await start(50, 'setTimeout(() => { throw new Error("a bug"); }, 10);');
  const { code, output } = await exited;
  expect(output).toMatch(/"level":"fatal".*a bug[\s\S]*stopping: uncaught exception\nstopped/);
  expect(code).toBe(1);
});

it("logs a rejection that nobody handled, and lives", async () => {
  const { exited, output } = await start(50, 'Promise.reject(new Error("a bug"));');
  await expect.poll(output).toMatch(/"level":"error".*a bug/);
  child.kill("SIGTERM");
  expect((await exited).code).toBe(0);
});

it("of a Node that is too old is one line", async () => {
  const pretend =
    "data:text/javascript,Object.defineProperty(process, 'versions', " +
    "{ value: { ...process.versions, node: '20.20.2' } });";
  child = spawn(process.execPath, ["--import", pretend, START]);
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, "exit");
  expect(errors).toMatch(/^Parley needs Node 22\.18 or newer, .*npm rebuild node.*\n$/);
  expect(code).toBe(1);
});
