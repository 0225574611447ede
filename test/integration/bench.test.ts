import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { COMPARISONS } from "../../bench/comparisons.ts";
import { describeWithServices } from "../support/services.ts";

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));
const bench = (...args: string[]) => run(process.execPath, [MAIN, ...args], { timeout: 60_000 });

describeWithServices("bench", () => {
  it("prints every ratio", { timeout: 60_000 }, async () => {
    const { stdout } = await bench("--seconds", "0.5", "--rounds", "1", "--warm-up", "0");
    const ratios = stdout
      .split("\n")
      .map((line) => /^(\S+) .* \/ .*? (\d[\d.]*) +\d[\d.]*–\d[\d.]*/.exec(line))
      .filter((match) => match !== null);
    expect(ratios.map(([, name]) => name)).toEqual(COMPARISONS.map(({ name }) => name));
    for (const [line, , ratio] of ratios) expect(Number(ratio), line).toBeGreaterThan(0);
  });

  it("refuses what it does not know, in one line", async () => {
    await expect(bench("--only", "nothing")).rejects.toMatchObject({
      code: 64,
      stderr: "bench: --only: there is no comparison nothing; see --help\n",
    });
  });
});
