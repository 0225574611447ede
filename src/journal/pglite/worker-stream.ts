import { Duplex } from "node:stream";
import type { MessagePort } from "node:worker_threads";

/** Type bytes of the messages that end a request: what came before is answered with them. */
const SYNC = 0x53;
const QUERY = 0x51;
const TERMINATE = 0x58;
/** A start-up message begins with its length, whose first byte is 0. */
const STARTUP = 0;

type Done = (error?: Error | null) => void;

/**
 * A connection to PGlite for `pg`, in the place of a socket. `pg` writes one
 * message at a time; they are handed over by the request, since the engine
 * answers whatever it is given at once.
 */
export class WorkerStream extends Duplex {
  readonly #port: MessagePort;
  #request: Uint8Array[] = [];

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on("message", (reply: Uint8Array) => this.push(reply));
  }

  connect(): this {
    process.nextTick(() => this.emit("connect"));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(message: Uint8Array, _encoding: string, done: Done): void {
    this.#add(message);
    done();
  }

  override _writev(messages: { chunk: Uint8Array }[], done: Done): void {
    for (const { chunk } of messages) this.#add(chunk);
    done();
  }

  override _final(done: Done): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#port.close();
    done(error);
  }

  #add(message: Uint8Array): void {
    if (message[0] === TERMINATE) return;
    this.#request.push(message);
    if ([SYNC, QUERY, STARTUP].includes(message[0]!)) this.#send();
  }

  #send(): void {
    const length = this.#request.reduce((sum, message) => sum + message.length, 0);
    const request = new Uint8Array(length);
    let at = 0;
    for (const message of this.#request) {
      request.set(message, at);
      at += message.length;
    }
    this.#request = [];
    this.#port.postMessage(request, [request.buffer]);
  }
}
