import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Daemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";

export interface RedisServerOptions {
  /** Default: a free one. */
  port?: number;
  /** Where its files are. Default: a temporary folder, removed by `stop`. */
  dir?: string;
  /** Keep an append-only file, synced once a second. Default false. */
  appendonly?: boolean;
  /** Save points as in redis.conf, such as `"60 1"`. Default none: it forgets all when it ends. */
  save?: string;
}

/** A redis-server of our own on 127.0.0.1. */
export class RedisServer {
  readonly port: number;
  readonly dir: string;
  readonly #executable: string;
  readonly #options: RedisServerOptions;
  #daemon!: Daemon;

  private constructor(executable: string, options: RedisServerOptions, port: number) {
    this.#executable = executable;
    this.#options = options;
    this.port = port;
    this.dir = options.dir ?? temporaryFolder("redis");
  }

  /** Resolves when it answers. Tries five ports unless one is named. */
  static async start(executable: string, options: RedisServerOptions = {}): Promise<RedisServer> {
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(executable, options, options.port ?? (await freePort()));
      try {
        await server.#launch();
        return server;
      } catch (error) {
        await server.stop();
        if (options.port !== undefined || attempt === 5) throw error;
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** The file a save writes and a start reads. */
  get dumpFile(): string {
    return join(this.dir, "dump.rdb");
  }

  get running(): boolean {
    return this.#daemon.running;
  }

  /** Ends it (with a last save, if there are save points) and removes its temporary folder. */
  async stop(): Promise<void> {
    this.resume();
    await this.#daemon?.end("SIGTERM");
    if (this.#options.dir === undefined) removeFolder(this.dir);
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    await this.#daemon.end("SIGKILL");
  }

  /** Stops the clock of the process: connections stay open, nothing answers. */
  pause(): void {
    this.#daemon.send("SIGSTOP");
  }

  resume(): void {
    this.#daemon?.send("SIGCONT");
  }

  /** Empties it. */
  async flush(): Promise<void> {
    await this.#ask((client) => client.flushall());
  }

  /** Saves now and returns the dump, to be given to `restart` later. */
  async saveDump(): Promise<Uint8Array> {
    await this.#ask((client) => client.save());
    return readFileSync(this.dumpFile);
  }

  /**
   * Kills it if it runs, and starts it on the same port and folder.
   * @param dump what it shall find there instead of its own files, such as an older dump, or
   *   `"nothing"`. Default: what it left.
   */
  async restart(dump?: Uint8Array | "nothing"): Promise<void> {
    await this.kill();
    if (dump !== undefined) {
      rmSync(this.dumpFile, { force: true });
      rmSync(join(this.dir, "appendonlydir"), { recursive: true, force: true });
      if (dump !== "nothing") writeFileSync(this.dumpFile, dump);
    }
    await this.#launch();
  }

  async #launch(): Promise<void> {
    const { save = "", appendonly = false } = this.#options;
    const settings = {
      port: this.port,
      bind: "127.0.0.1",
      dir: this.dir,
      dbfilename: "dump.rdb",
      save,
      appendonly: appendonly ? "yes" : "no",
      daemonize: "no",
    };
    this.#daemon = await Daemon.start({
      command: this.#executable,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      logFile: join(this.dir, "redis.log"),
    });
    await this.#daemon.waitUntil(() => this.#answers());
  }

  /** True once it is this process that answers on the port, with its data loaded. */
  async #answers(): Promise<boolean> {
    const info = await this.#ask((client) => client.info());
    return info.includes(`process_id:${this.#daemon.pid}\r\n`) && info.includes("loading:0\r\n");
  }

  async #ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port, "127.0.0.1", {
      lazyConnect: true,
      connectTimeout: 1_000,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    client.on("error", () => {}); // reported by the rejected command as well
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }
}
