import type { ServerResponse } from "node:http";
import type { Http2Server, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { HttpRequest, HttpResponse } from "./http.ts";
import type { HttpVersion } from "./preface.ts";

/** As much of either kind of server as is needed to stop it. */
interface Stoppable {
  close(): unknown;
  closeIdleConnections?(): void;
}

/**
 * What is open: sockets and HTTP/2 sessions. Node's own servers know only the
 * connections they accepted themselves, and here one server accepts for another.
 */
export class Connections {
  server: Stoppable | undefined;
  readonly #sockets = new Map<Socket, HttpVersion | undefined>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #idleMs: number;
  readonly #told: (change: 1 | -1, version: HttpVersion) => void;
  #draining = false;
  #empty: (() => void) | undefined;

  constructor(sessionIdleMs: number, told?: (change: 1 | -1, version: HttpVersion) => void) {
    this.#idleMs = sessionIdleMs;
    this.#told = told ?? (() => undefined);
  }

  undecided(socket: Socket): void {
    this.#sockets.set(socket, undefined);
    socket.once("close", () => this.#closed(socket));
  }

  decided(socket: Socket, version: HttpVersion): void {
    if (!this.#sockets.has(socket)) return;
    this.#sockets.set(socket, version);
    this.#told(1, version);
  }

  follow(server: Pick<Http2Server, "on">): void {
    server.on("session", (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
      // Graceful, so that it is right even if a stream had merely been silent.
      session.setTimeout(this.#idleMs, () => session.close());
      if (this.#draining) session.close();
    });
  }

  /** An HTTP/1.1 connection outlives its answer; while draining it must not. */
  request(req: HttpRequest, res: HttpResponse): void {
    if (req.httpVersionMajor !== 1) return;
    if (this.#draining) (res as ServerResponse).shouldKeepAlive = false;
    res.once("close", () => {
      if (this.#draining) setImmediate(() => this.server?.closeIdleConnections?.());
    });
  }

  async drain(graceMs: number): Promise<number> {
    this.#draining = true;
    this.server?.close();
    for (const [socket, version] of this.#sockets) if (version === undefined) socket.destroy();
    // Sends GOAWAY; streams that run may finish, new ones are refused.
    for (const session of this.#sessions) session.close();
    this.server?.closeIdleConnections?.();
    await this.#emptyWithin(graceMs);
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    this.#draining = true;
    this.server?.close();
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets.keys()) socket.destroy();
    await this.#emptyWithin(1000);
  }

  #closed(socket: Socket): void {
    const version = this.#sockets.get(socket);
    this.#sockets.delete(socket);
    if (version !== undefined) this.#told(-1, version);
    if (this.#sockets.size === 0) this.#empty?.();
  }

  #emptyWithin(ms: number): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#empty = resolve;
    return promise.finally(() => clearTimeout(timer));
  }
}
