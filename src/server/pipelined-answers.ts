import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Answers on HTTP/1.1 that wait behind another on their connection. When that closes,
 * Node tells the one whose turn it is; the others would never hear of it, and their
 * handlers run on for ever.
 */
export class PipelinedAnswers {
  readonly #waiting = new Map<Socket, Set<ServerResponse>>();

  add(res: ServerResponse): void {
    const { socket } = res.req;
    const waiting = this.#waiting.get(socket) ?? new Set();
    this.#waiting.set(socket, waiting.add(res));
    res.once("close", () => {
      waiting.delete(res);
      if (waiting.size === 0) this.#waiting.delete(socket);
    });
  }

  /** Tells those that are left. */
  closed(socket: Socket): void {
    for (const res of this.#waiting.get(socket) ?? []) {
      res.destroy();
      res.emit("close");
    }
  }
}
