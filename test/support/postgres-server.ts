import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { childProcesses } from "./child-processes.ts";
import { Daemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

const run = promisify(execFile);

export interface PostgresServerOptions {
  /** Default: a free one. */
  port?: number;
  /** Further settings as in postgresql.conf; they win over the ones below. */
  settings?: Record<string, string | number>;
}

// Small and quiet. Nothing here weakens what a commit promises.
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: 200,
  shared_buffers: "32MB",
  fsync: "on",
  synchronous_commit: "on",
  jit: "off",
  log_min_messages: "error",
  log_min_error_statement: "panic",
};

/** A Postgres server of our own on 127.0.0.1, with the superuser `parley` and no password. */
export class PostgresServer {
  readonly port: number;
  readonly #binaries: string;
  readonly #folder: string;
  readonly #settings: Record<string, string | number>;
  readonly #user = unprivilegedUser();
  #daemon!: Daemon;
  #paused: number[] = [];

  private constructor(binaries: string, folder: string, port: number, settings = {}) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.port = port;
    this.#settings = { ...SETTINGS, ...settings, port };
  }

  /**
   * Resolves when it answers. Tries five ports unless one is named.
   * @param binaries the folder of `initdb` and `postgres`
   */
  static async start(binaries: string, options: PostgresServerOptions = {}) {
    const folder = await createCluster(binaries);
    for (let attempt = 1; ; attempt++) {
      const port = options.port ?? (await freePort());
      const server = new PostgresServer(binaries, folder, port, options.settings);
      try {
        await server.#launch();
        return server;
      } catch (error) {
        await server.#daemon?.end("SIGQUIT");
        if (options.port === undefined && attempt < 5) continue;
        removeFolder(folder);
        throw error;
      }
    }
  }

  /** The address of one of its databases. Default: the one for administration. */
  url(database = "postgres"): string {
    return `postgres://parley@127.0.0.1:${this.port}/${database}`;
  }

  get running(): boolean {
    return this.#daemon.running;
  }

  /** Ends it (open transactions are rolled back) and removes its data. */
  async stop(): Promise<void> {
    this.resume();
    // Immediate: the data goes with it, so there is nothing to write out first.
    await this.#daemon.end("SIGQUIT");
    removeFolder(this.#folder);
  }

  /** Ends it at once and without writing anything out, as a crash does; it recovers at `restart`. */
  async kill(): Promise<void> {
    this.resume();
    await this.#daemon.end("SIGQUIT");
  }

  /** Kills it if it runs, and starts it on the same port and data. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#launch();
  }

  /** Stops the clock of all its processes: connections stay open, nothing answers. */
  pause(): void {
    // The one that starts the others first, so that none is missed.
    this.#daemon.send("SIGSTOP");
    this.#paused = childProcesses(this.#daemon.pid);
    for (const pid of this.#paused) process.kill(pid, "SIGSTOP");
  }

  resume(): void {
    for (const pid of this.#paused) process.kill(pid, "SIGCONT");
    this.#paused = [];
    this.#daemon.send("SIGCONT");
  }

  async #launch(): Promise<void> {
    this.#daemon = await Daemon.start({
      command: join(this.#binaries, "postgres"),
      args: ["-D", this.#folder, ...Object.entries(this.#settings).map(([k, v]) => `-c${k}=${v}`)],
      logFile: join(this.#folder, "server.log"),
      cwd: this.#folder,
      user: this.#user,
      endSignal: "SIGQUIT",
    });
    await this.#daemon.waitUntil(() => this.#answers());
  }

  /** True once it is this server that answers on the port. */
  async #answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.url(), connectionTimeoutMillis: 1_000 });
    client.on("error", () => {}); // reported by the rejected query as well
    try {
      await client.connect();
      const { rows } = await client.query("SHOW data_directory");
      return rows[0].data_directory === this.#folder;
    } finally {
      await client.end();
    }
  }
}

async function createCluster(binaries: string): Promise<string> {
  const user = unprivilegedUser();
  const folder = temporaryFolder("postgres", user);
  const initdb = join(binaries, "initdb");
  const { stdout: help } = await run(initdb, ["--help"]);
  // A linguistic collation, as most servers have: code that compares text here as the database
  // does, or leaves an order to the default, is found out.
  const locale = help.includes("--icu-locale")
    ? ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C"]
    : ["--locale=C"];
  await run(
    initdb,
    ["-D", folder, "-U", "parley", "--auth=trust", "--encoding=UTF8", "--no-sync", ...locale],
    { cwd: folder, ...user },
  );
  return folder;
}
