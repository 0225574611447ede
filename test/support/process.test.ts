import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import { startParley } from "./process.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";

/** A stand-in for the product: not ready at once, and it says what it was given. */
const READY_AFTER_A_WHILE = `
import { createServer } from "node:http";
const start = performance.now();
console.log("data in " + process.env.PARLEY_DATA, "secret " + process.env.SECRET_OF_THE_DEVELOPER);
process.on("SIGTERM", () => { console.log("stopping"); process.exit(0); });
createServer((request, response) => {
  response.writeHead(performance.now() - start > 300 ? 200 : 503).end();
}).listen(process.env.PORT, "127.0.0.1");
`;

describe("startParley", () => {
  const standIn = (text: string): { main: string; remove(): void } => {
    const folder = temporaryFolder("stand-in");
    const main = join(folder, "main.mjs");
    writeFileSync(main, text);
    return { main, remove: () => removeFolder(folder) };
  };

  it("resolves when the process is ready, and gives it an environment of its own", async () => {
    const { main, remove } = standIn(READY_AFTER_A_WHILE);
    process.env.SECRET_OF_THE_DEVELOPER = "told";
    const parley = await startParley({ main });
    delete process.env.SECRET_OF_THE_DEVELOPER;
    expect((await fetch(`${parley.url}/readyz`)).status).toBe(200);
    expect(parley.output).toMatch(/data in .*parley-test-process-.*data secret undefined/);
    await parley.stop();
    expect(parley.running).toBe(false);
    remove();
  });

  it("stops it in good order, or kills it", async () => {
    const { main, remove } = standIn(READY_AFTER_A_WHILE);
    const [stopped, killed] = await Promise.all([startParley({ main }), startParley({ main })]);
    await killed.kill9();
    expect(await killed.exited()).toEqual({ code: null, signal: "SIGKILL" });
    await killed.stop();
    stopped.send("SIGTERM");
    expect(await stopped.exited()).toEqual({ code: 0, signal: null });
    expect(stopped.output).toContain("stopping");
    await stopped.stop();
    remove();
  });

  it("says what a process said that ended before it was ready", async () => {
    const { main, remove } = standIn("console.error('no such variable'); process.exit(1);");
    await expect(startParley({ main })).rejects.toThrow("no such variable");
    remove();
  });

  it("does not take another port than the one that was named", async () => {
    const { main, remove } = standIn(READY_AFTER_A_WHILE);
    const port = await freePort();
    const other = createServer((_, response) => response.writeHead(503).end());
    await new Promise<void>((listening) => other.listen(port, "127.0.0.1", listening));
    await expect(startParley({ main, env: { PORT: String(port) } })).rejects.toThrow("EADDRINUSE");
    other.close();
    remove();
  });

  it("leaves no folder behind", async () => {
    const { main, remove } = standIn(READY_AFTER_A_WHILE);
    const parley = await startParley({ main });
    const data = /data in (\S+)/.exec(parley.output)?.[1] as string;
    expect(existsSync(join(data, ".."))).toBe(true);
    await parley.stop();
    expect(existsSync(join(data, ".."))).toBe(false);
    remove();
  });
});
