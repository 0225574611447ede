import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { forgetProcess, reapProcess } from "./reaper.ts";

export interface DaemonOptions {
  command: string;
  args: string[];
  /** Absolute path; appended to. Everything the process prints goes here. */
  logFile: string;
  /** Whole environment of the process. Default: this process' own. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Working directory. Default: this process' own. */
  cwd?: string | undefined;
  /** Who it runs as; needs root. */
  user?: { uid: number; gid: number } | undefined;
  /** What ends it at once, when the tests die without ending it. Default `SIGKILL`. */
  endSignal?: NodeJS.Signals | undefined;
}

/** A child process that goes on until it is told to end, and never outlives the tests. */
export class Daemon {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  private constructor(child: ChildProcess, pid: number, logFile: string) {
    this.#child = child;
    this.#logFile = logFile;
    this.pid = pid;
  }

  static async start(options: DaemonOptions): Promise<Daemon> {
    const log = openSync(options.logFile, "a");
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      // Detached: Ctrl-C reaches the tests, and they decide when their servers end.
      detached: true,
      stdio: ["ignore", log, log],
      ...options.user,
    });
    closeSync(log);
    await once(child, "spawn");
    const pid = child.pid as number;
    reapProcess(pid, options.endSignal);
    child.once("exit", () => forgetProcess(pid));
    return new Daemon(child, pid, options.logFile);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything printed so far, by this process and by earlier ones with the same log file. */
  get output(): string {
    return readFileSync(this.#logFile, "utf8");
  }

  /** How it ended; resolves when it has. */
  async exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (this.running) await once(this.#child, "exit");
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends `signal` and waits for the end; after `patience` ms it is killed. */
  async end(signal: NodeJS.Signals, patience = 10_000): Promise<void> {
    if (!this.running) return;
    const timer = setTimeout(() => this.send("SIGKILL"), patience);
    this.send(signal);
    await this.exited();
    clearTimeout(timer);
  }

  /**
   * Asks `ready` every 20 ms until it answers true.
   * @throws when the process ends first or `patience` ms have passed, with the end of its output.
   */
  async waitUntil(ready: () => Promise<boolean>, patience = 30_000): Promise<void> {
    const deadline = Date.now() + patience;
    while (!(await ready().catch(() => false))) {
      if (!this.running) throw new Error(`ended before it was ready:\n${this.output.slice(-2000)}`);
      if (Date.now() > deadline) {
        throw new Error(`not ready after ${patience} ms:\n${this.output.slice(-2000)}`);
      }
      await sleep(20);
    }
  }
}
