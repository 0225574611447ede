import type { Message } from "@bufbuild/protobuf";
import { breakOff, type NodeResponse } from "../http/node-http.ts";
import type { StreamLayout } from "./stream-format.ts";

/** How streams go out, whatever the method. Milliseconds. */
export interface StreamTiming {
  /**
   * Silence after which a heartbeat is sent. Also how long the head of the answer
   * waits for the first message.
   */
  readonly heartbeatMs: number;
  /** How long a record may wait for its reader before the answer is broken off. */
  readonly readerTimeoutMs: number;
}

/** What a stream is served with. */
export interface StreamOptions extends StreamTiming {
  readonly layout: StreamLayout;
  /** The body of an error, for a failure after the first message. */
  readonly writeError: (reason: unknown) => string;
}

/**
 * Writes the records of one stream. A slow reader is waited for, so at most one
 * record beyond the socket's buffer is held, but not for ever; heartbeats go out
 * only to a reader who keeps up.
 */
export class StreamWriter {
  readonly #response: NodeResponse;
  readonly #options: StreamOptions;
  readonly #heartbeat: NodeJS.Timeout;
  #empty = true;
  #waiting = false;
  #closed = false;

  constructor(response: NodeResponse, options: StreamOptions) {
    this.#response = response;
    this.#options = options;
    const { heartbeat, open } = options.layout;
    this.#heartbeat = setInterval(() => this.#beat(heartbeat), options.heartbeatMs);
    this.#heartbeat.unref();
    response.once("close", () => this.#close());
    if (open !== "") response.write(open);
  }

  /** Whether the client has gone, or was given up. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Writes one message; resolves when the reader wants more, or is closed. */
  async message(message: Message, json: string): Promise<void> {
    const { layout } = this.#options;
    const record = layout.record(message, json);
    const text = this.#empty ? record : layout.separator + record;
    this.#empty = false;
    this.#heartbeat.refresh();
    if (!this.#response.write(text)) await this.#drained();
  }

  end(): void {
    clearInterval(this.#heartbeat);
    if (!this.#closed) this.#response.end(this.#options.layout.close);
  }

  /** Ends with the error as the last record, or breaks off where the layout has none. */
  fail(reason: unknown): void {
    clearInterval(this.#heartbeat);
    if (this.#closed) return;
    const failure = this.#options.layout.failure(this.#options.writeError(reason));
    // What was written in this turn leaves first: it may be the head.
    if (failure === undefined) setImmediate(() => breakOff(this.#response));
    else this.#response.end(failure);
  }

  #beat(heartbeat: string): void {
    if (!this.#waiting && !this.#closed) this.#response.write(heartbeat);
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
  }

  #drained(): Promise<void> {
    const response = this.#response;
    if (this.#closed) return Promise.resolve();
    this.#waiting = true;
    return new Promise((resolve) => {
      const settle = () => {
        this.#waiting = false;
        clearTimeout(stall);
        response.off("drain", settle);
        response.off("close", settle);
        resolve();
      };
      const stall = setTimeout(() => {
        // HTTP/2 tells of the close only when the reset is out, which a reader who stopped delays.
        this.#close();
        breakOff(response);
        settle();
      }, this.#options.readerTimeoutMs);
      response.once("drain", settle);
      response.once("close", settle);
    });
  }
}
