import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Daemon } from "./daemon.ts";
import { prepareData } from "./data-folder.ts";
import { freePort } from "./free-port.ts";
import { keepOutput } from "./log-folder.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface ParleyOptions {
  /**
   * Variables such as `REDIS_URL`. Apart from these it sees only `PATH`, `HOME`, `TMPDIR`, a free
   * `PORT` and a `PARLEY_DATA` folder of its own, so that nothing of the developer's gets in.
   */
  env?: Record<string, string>;
  /** The file to run. Default `src/main.ts`. */
  main?: string;
  /** How long it may take to get ready, in ms. Default 60,000: PGlite makes a new folder in 7 s of CPU. */
  patience?: number;
}

/** A server process of the product. */
export class ParleyProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #daemon: Daemon;

  private constructor(port: number, folder: string, daemon: Daemon) {
    this.port = port;
    this.#folder = folder;
    this.#daemon = daemon;
  }

  /**
   * Resolves when `/readyz` answers 200. Tries five ports unless `env.PORT` names one.
   * @throws with its output when it ends before, or takes longer than `patience`.
   */
  static async start(options: ParleyOptions = {}): Promise<ParleyProcess> {
    for (let attempt = 1; ; attempt++) {
      const parley = await ParleyProcess.#spawn(options);
      try {
        await parley.#daemon.waitUntil(() => parley.isReady(), options.patience ?? 60_000);
        return parley;
      } catch (error) {
        const taken = parley.output.includes("EADDRINUSE") && options.env?.PORT === undefined;
        await parley.kill9();
        removeFolder(parley.#folder);
        if (!taken || attempt === 5) throw error;
      }
    }
  }

  static async #spawn({ env = {}, main = MAIN }: ParleyOptions): Promise<ParleyProcess> {
    const port = env.PORT ? Number(env.PORT) : await freePort();
    const folder = temporaryFolder("process");
    if (env.DATABASE_URL === undefined && env.PARLEY_DATA === undefined) {
      prepareData(join(folder, "data"));
    }
    const { PATH, HOME, TMPDIR } = process.env;
    const daemon = await Daemon.start({
      command: process.execPath,
      args: [main],
      cwd: ROOT,
      env: { PATH, HOME, TMPDIR, PARLEY_DATA: join(folder, "data"), ...env, PORT: String(port) },
      logFile: join(folder, "output.log"),
    });
    return new ParleyProcess(port, folder, daemon);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  get running(): boolean {
    return this.#daemon.running;
  }

  /** All it wrote to stdout and stderr so far. */
  get output(): string {
    return this.#daemon.output;
  }

  async isReady(): Promise<boolean> {
    const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.status === 200;
  }

  /** Resolves when it has ended. */
  exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#daemon.exited();
  }

  send(signal: NodeJS.Signals): void {
    this.#daemon.send(signal);
  }

  /** Ends it at once, as a crash does, and leaves its data where they are. */
  async kill9(): Promise<void> {
    await this.#daemon.end("SIGKILL");
  }

  /** Stops the clock of the process: its connections stay open, nothing answers. */
  pause(): void {
    this.send("SIGSTOP");
  }

  resume(): void {
    this.send("SIGCONT");
  }

  /** Asks it to end, waits, and removes its own data folder. Killed after 15 s. */
  async stop(): Promise<void> {
    this.resume();
    await this.#daemon.end("SIGTERM", 15_000);
    keepOutput(this.output);
    removeFolder(this.#folder);
  }
}

/** Starts a server process of the product and waits until it is ready. Stop it in the end. */
export function startParley(options?: ParleyOptions): Promise<ParleyProcess> {
  return ParleyProcess.start(options);
}
