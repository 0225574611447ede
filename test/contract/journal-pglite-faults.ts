import { PgliteEngine } from "../../src/journal/pglite/engine.ts";
import type { WorkerStream } from "../../src/journal/pglite/worker-stream.ts";
import type { Fault } from "../support/tcp-proxy.ts";

interface Trap {
  readonly text: string;
  readonly fault: Fault;
  sprung(): void;
}

/** PGlite whose connections break as they are told to, with the verbs of the TCP proxy. */
export class FaultyEngine extends PgliteEngine {
  readonly #open = new Set<WorkerStream>();
  #traps: Trap[] = [];
  #refusing = false;

  /** Resolves when a request that holds the text has met the fault; once. */
  trap(text: string, fault: Fault): Promise<void> {
    return new Promise((sprung) => this.#traps.push({ text, fault, sprung }));
  }

  refuse(): void {
    this.#refusing = true;
    for (const stream of this.#open) stream.destroy(new Error("refused"));
  }

  accept(): void {
    this.#refusing = false;
  }

  override connect(): WorkerStream {
    const stream = super.connect();
    this.#open.add(stream);
    stream.once("close", () => this.#open.delete(stream));
    if (this.#refusing) process.nextTick(() => stream.destroy(new Error("refused")));
    this.#intercept(stream);
    return stream;
  }

  #intercept(stream: WorkerStream): void {
    let fault: Fault | undefined;
    const { write, push } = stream;
    // `pg` passes nothing but the message.
    stream.write = (chunk: Uint8Array) => {
      const trap = this.#spring(chunk);
      fault ??= trap?.fault;
      if (trap?.fault === "lose-request") stream.destroy(new Error("lost"));
      trap?.sprung();
      return (write as (chunk: Uint8Array) => boolean).call(stream, chunk);
    };
    stream.push = (chunk: unknown) => {
      if (fault === undefined || chunk === null) return push.call(stream, chunk);
      if (fault === "lose-reply") stream.destroy(new Error("lost"));
      return true;
    };
  }

  #spring(chunk: Uint8Array): Trap | undefined {
    const trap = this.#traps.find(({ text }) => Buffer.from(chunk).includes(text));
    this.#traps = this.#traps.filter((other) => other !== trap);
    return trap;
  }
}
