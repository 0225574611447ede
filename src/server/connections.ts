import type { ServerResponse } from "node:http";
import {
  constants,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { HttpResponse } from "./http.ts";
import { lingerOnClose } from "./lingering-close.ts";
import type { HttpVersion } from "./preface.ts";
import { StalledCallers, type StallLimits } from "./stalled-callers.ts";

export interface ConnectionLimits extends StallLimits {
  /** How long an HTTP/2 session without a stream is kept, in milliseconds. */
  readonly sessionIdleMs: number;
}

/** As much of either kind of server as is needed to stop it. */
interface Stoppable {
  close(): unknown;
  closeIdleConnections?(): void;
}

const SWEEP_MS = 50;
/** How long the caller of an HTTP/2 stream may go on sending after it was answered. */
const LATE_MS = 1000;

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
  readonly #answers = new Set<HttpResponse>();
  readonly #stalled: StalledCallers;
  #draining = false;
  #empty: (() => void) | undefined;

  constructor(limits: ConnectionLimits, told?: (change: 1 | -1, version: HttpVersion) => void) {
    this.#idleMs = limits.sessionIdleMs;
    this.#told = told ?? (() => undefined);
    this.#stalled = new StalledCallers(this.#answers, limits, (session) => this.#cut(session));
  }

  undecided(socket: Socket): void {
    this.#sockets.set(socket, undefined);
    socket.once("close", () => this.#closed(socket));
  }

  decided(socket: Socket, version: HttpVersion): void {
    if (!this.#sockets.has(socket)) return;
    this.#sockets.set(socket, version);
    if (version === "http1") lingerOnClose(socket);
    this.#told(1, version);
  }

  follow(server: Pick<Http2Server, "on">): void {
    server.on("session", (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
      this.#closeWhenIdle(session);
      if (this.#draining) session.close();
    });
  }

  /**
   * Idle is a session without a stream. Not `session.setTimeout`: the timer of a session
   * that is destroyed runs on, and keeps all of it (30 KB) until its time has come.
   */
  #closeWhenIdle(session: ServerHttp2Session): void {
    let streams = 0;
    const idle = setTimeout(() => {
      if (streams === 0) session.close();
    }, this.#idleMs).unref();
    session.on("stream", (stream) => {
      streams++;
      stream.once("close", () => {
        streams--;
        idle.refresh();
      });
    });
    session.once("close", () => clearTimeout(idle));
  }

  /** `destroy` waits for what is written to leave, which a caller who takes nothing prevents. */
  #cut(session: Http2Session): void {
    const { remoteAddress, remotePort } = session.socket;
    session.destroy();
    for (const socket of this.#sockets.keys()) {
      if (socket.remotePort === remotePort && socket.remoteAddress === remoteAddress) {
        socket.destroy();
      }
    }
  }

  /** Follows an answer until it is out. */
  answer(res: HttpResponse): void {
    this.#answers.add(res);
    if (this.#draining) askToClose(res);
    // Only there: a timer that outlives its answer makes all of it outlive the young generation,
    // and collecting it then took 8 % of the time of a small call.
    if ("stream" in res) {
      // A body with HEAD is nobody's, and unread it would hold the stream and its connection.
      if (res.req.method === "HEAD") res.req.resume();
      // The response's own "finish" comes no sooner than its "close".
      res.stream.once("finish", () => setTimeout(endAnswered, LATE_MS, res).unref());
    }
    res.on("close", () => {
      this.#answers.delete(res);
      // What is left of a body that nobody read hides what comes behind it, and the end. Nobody
      // goes on reading; a reader that still waits for more would keep it from flowing.
      if (!res.req.complete) res.req.removeAllListeners("readable").resume();
      // An HTTP/1.1 connection outlives its answer; while draining it must not.
      if (this.#draining) setImmediate(() => this.server?.closeIdleConnections?.());
    });
  }

  /** The first answer that is due on an HTTP/1.1 connection. Looks at all; for rare cases. */
  answerOn(socket: Duplex): ServerResponse | undefined {
    for (const res of this.#answers) {
      if (!("stream" in res) && res.req.socket === socket) return res;
    }
    return undefined;
  }

  async drain(graceMs: number): Promise<number> {
    this.#draining = true;
    this.server?.close();
    for (const [socket, version] of this.#sockets) if (version === undefined) socket.destroy();
    // Sends GOAWAY; streams that run may finish, new ones are refused.
    for (const session of this.#sessions) session.close();
    for (const answer of this.#answers) askToClose(answer);
    this.server?.closeIdleConnections?.();
    const sweep = setInterval(() => this.#answers.forEach(endAnswered), SWEEP_MS);
    await this.#emptyWithin(graceMs);
    clearInterval(sweep);
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    this.#draining = true;
    this.server?.close();
    this.#stalled.stop();
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

/** Says `Connection: close` on HTTP/1.1, if the head is not out yet. */
function askToClose(res: HttpResponse): void {
  if (!("stream" in res) && !res.headersSent) res.shouldKeepAlive = false;
}

/**
 * Ends an HTTP/2 stream that is answered but whose caller still sends, as bidi
 * clients may for hours and as one does whose upload was refused, which would
 * hold up its whole connection: a reset without an error (RFC 9113, 8.1).
 */
function endAnswered(res: HttpResponse): void {
  if ("stream" in res && res.stream?.state.localClose === 1) {
    res.stream.close(constants.NGHTTP2_NO_ERROR);
  }
}
