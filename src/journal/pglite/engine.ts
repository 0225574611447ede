import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { WorkerStream } from "./worker-stream.ts";

/**
 * PGlite in its worker thread. If the thread dies, every connection breaks as
 * with a server that crashed, and the next one opens the folder again; what was
 * in memory only is gone, so such an engine stays dead.
 */
export class PgliteEngine {
  readonly #folder: string | undefined;
  readonly #streams = new Set<WorkerStream>();
  #worker: Promise<Worker> | undefined;
  #closed = false;

  /** @param folder where its files are; undefined: in memory */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Resolves when it answers; a new folder takes 2 to 4 seconds. */
  async start(): Promise<void> {
    await this.#running();
  }

  /** A new connection, in the place of a socket. */
  connect(): WorkerStream {
    const { port1, port2 } = new MessageChannel();
    const stream = new WorkerStream(port1);
    this.#streams.add(stream);
    stream.once("close", () => this.#streams.delete(stream));
    this.#running().then(
      (worker) => worker.postMessage({ port: port2 }, [port2]),
      (error) => stream.destroy(error),
    );
    return stream;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = await this.#worker?.catch(() => undefined);
    if (worker === undefined) return;
    const exit = once(worker, "exit");
    worker.postMessage("close");
    await exit;
  }

  #running(): Promise<Worker> {
    if (this.#closed) return Promise.reject(new Error("PGlite is closed"));
    this.#worker ??= this.#launch();
    return this.#worker;
  }

  async #launch(): Promise<Worker> {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { folder: this.#folder },
      execArgv: [],
    });
    // Forgotten only once it has ended: an error comes before, and a second engine on the folder
    // while the first still writes destroys the database.
    let cause = new Error("PGlite's thread ended");
    worker.on("error", (error) => {
      cause = error;
      this.#breakAll(error);
    });
    worker.once("exit", () => this.#died(cause));
    await new Promise<void>((ready, failed) => {
      worker.once("message", () => ready());
      worker.once("error", failed);
      worker.once("exit", () => failed(new Error("PGlite's thread ended as it started")));
    });
    return worker;
  }

  #died(error: Error): void {
    if (this.#folder === undefined) this.#closed = true;
    this.#worker = undefined;
    this.#breakAll(error);
  }

  #breakAll(error: Error): void {
    for (const stream of this.#streams) stream.destroy(error);
  }
}
