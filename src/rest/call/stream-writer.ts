import type { Message } from "@bufbuild/protobuf";
import { breakOff, type NodeResponse } from "../http/node-http.ts";
import type { StreamLayout } from "./stream-format.ts";

/** What a stream is served with. */
export interface StreamOptions {
  readonly layout: StreamLayout;
  /** The body of an error, for a failure after the first message. */
  readonly writeError: (reason: unknown) => string;
  /**
   * Milliseconds of silence after which a heartbeat is sent. Also how long the
   * head of the answer waits for the first message.
   */
  readonly heartbeatMs: number;
}

/**
 * Writes the records of one stream. A slow reader is waited for, so at most one
 * record beyond the socket's buffer is held; heartbeats go out only to a reader
 * who keeps up.
 */
export class StreamWriter {
  readonly #response: NodeResponse;
  readonly #options: StreamOptions;
  readonly #heartbeat: NodeJS.Timeout | undefined;
  #empty = true;
  #waiting = false;
  #closed = false;

  constructor(response: NodeResponse, options: StreamOptions) {
    this.#response = response;
    this.#options = options;
    const { heartbeat, open } = options.layout;
    if (heartbeat !== undefined) {
      this.#heartbeat = setInterval(() => this.#beat(heartbeat), options.heartbeatMs);
      this.#heartbeat.unref();
    }
    response.once("close", () => {
      this.#closed = true;
      clearInterval(this.#heartbeat);
    });
    if (open !== "") response.write(open);
  }

  /** Whether the client has gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Writes one message; resolves when the reader wants more, or has gone. */
  async message(message: Message, json: string): Promise<void> {
    const { layout } = this.#options;
    const record = layout.record(message, json);
    const text = this.#empty ? record : layout.separator + record;
    this.#empty = false;
    this.#heartbeat?.refresh();
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

  #drained(): Promise<void> {
    this.#waiting = true;
    return new Promise((resolve) => {
      const settle = () => {
        this.#waiting = false;
        this.#response.off("drain", settle);
        this.#response.off("close", settle);
        resolve();
      };
      this.#response.once("drain", settle);
      this.#response.once("close", settle);
      if (this.#closed) settle();
    });
  }
}
