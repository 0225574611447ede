import type { ServerResponse } from "node:http";
import { constants, type Http2ServerResponse, type Http2Session } from "node:http2";
import type { HttpResponse } from "./http.ts";

export interface StallLimits {
  /** How long what was written of an answer may wait for its reader, in milliseconds. */
  readonly readerTimeoutMs: number;
  /** How long a request over HTTP/2 may take to arrive, in milliseconds. HTTP/1 has its own. */
  readonly requestTimeoutMs: number;
}

interface Watch {
  /** Since when nothing moved. */
  since: number;
  readonly moved: () => void;
  /** Its connection over HTTP/2, which an answer that is closed does not know any more. */
  readonly session: Http2Session | undefined;
}

/** How long a caller has at most to answer a ping after it let a stream stall, in milliseconds. */
const PING_MS = 10_000;

/**
 * Cuts callers who neither read nor finish what they send: each would hold a handler,
 * buffers and a connection for ever. It looks at all open answers a few times in the
 * time they have, so those that move cost nothing.
 */
export class StalledCallers {
  readonly #answers: ReadonlySet<HttpResponse>;
  readonly #limits: StallLimits;
  readonly #destroy: (session: Http2Session) => void;
  readonly #unread = new Map<HttpResponse, Watch>();
  readonly #waiting = new WeakMap<HttpResponse, number>();
  readonly #sweep: NodeJS.Timeout;

  /** `answers` are those that are open now, `destroy` ends a whole connection. */
  constructor(
    answers: ReadonlySet<HttpResponse>,
    limits: StallLimits,
    destroy: (session: Http2Session) => void,
  ) {
    this.#answers = answers;
    this.#limits = limits;
    this.#destroy = destroy;
    const shortest = Math.min(limits.readerTimeoutMs, limits.requestTimeoutMs);
    this.#sweep = setInterval(() => this.#look(performance.now()), shortest / 4);
    this.#sweep.unref();
  }

  stop(): void {
    clearInterval(this.#sweep);
    for (const answer of this.#unread.keys()) this.#forget(answer);
  }

  #look(now: number): void {
    for (const [answer, { session }] of this.#unread) {
      const open = this.#answers.has(answer);
      if (open && isUnread(answer)) continue;
      this.#forget(answer);
      // Somebody else, such as REST for its streams, may have cut it before.
      if (!open && !answer.writableFinished) this.#destroyUnlessAlive(session);
    }
    for (const answer of this.#answers) {
      if (isUnread(answer)) this.#lookAtReader(answer, now);
      else if (isHttp2(answer)) this.#lookAtStream(answer, now);
    }
  }

  #lookAtReader(answer: HttpResponse, now: number): void {
    const watch = this.#unread.get(answer) ?? this.#begin(answer, now);
    if (now - watch.since < this.#limits.readerTimeoutMs) return;
    this.#forget(answer);
    if (isHttp2(answer)) this.#cutStream(answer);
    else answer.req.socket.destroy();
  }

  #begin(answer: HttpResponse, now: number): Watch {
    const watch: Watch = {
      session: isHttp2(answer) ? answer.stream.session : undefined,
      since: now,
      moved: () => {
        watch.since = performance.now();
      },
    };
    this.#unread.set(answer, watch);
    (answer as ServerResponse).on("drain", watch.moved);
    return watch;
  }

  #forget(answer: HttpResponse): void {
    const watch = this.#unread.get(answer);
    if (watch === undefined) return;
    (answer as ServerResponse).off("drain", watch.moved);
    this.#unread.delete(answer);
  }

  /**
   * A stream has to go on: its request has to arrive, and once closed it has to end. Node
   * 24 leaves some open for ever, and their connections with them, whose callers closed
   * them without an error before their answer came.
   */
  #lookAtStream(answer: Http2ServerResponse, now: number): void {
    const { stream, req } = answer;
    const closed = stream?.closed === true;
    if (!closed && (answer.headersSent || req.complete)) return;
    const since = this.#waiting.get(answer);
    if (since === undefined) this.#waiting.set(answer, now);
    else if (closed) stream.destroy();
    else if (now - since >= this.#limits.requestTimeoutMs) this.#cutStream(answer);
  }

  /** Resets one stream of a connection, as the others may be well. */
  #cutStream({ stream }: Http2ServerResponse): void {
    const { session } = stream;
    if (stream.closed) stream.destroy();
    else stream.close(constants.NGHTTP2_CANCEL);
    this.#destroyUnlessAlive(session);
  }

  /** If a whole connection takes nothing, a reset does not leave either, and a ping tells. */
  #destroyUnlessAlive(session: Http2Session | undefined): void {
    if (session === undefined || session.destroyed) return;
    const patienceMs = Math.min(PING_MS, this.#limits.readerTimeoutMs);
    const timer = setTimeout(() => this.#destroy(session), patienceMs).unref();
    session.ping(() => clearTimeout(timer));
  }
}

function isHttp2(answer: HttpResponse): answer is Http2ServerResponse {
  return "stream" in answer;
}

/**
 * Whether something is written that has not left, or waits behind another answer on
 * HTTP/1.1: behind one without an end it would wait for ever, and Node, which stops to
 * read when enough waits, would not notice that the caller has gone.
 */
function isUnread(answer: HttpResponse): boolean {
  if (isHttp2(answer)) return (answer.stream?.writableLength ?? 0) > 0;
  return answer.socket === null || answer.writableLength > 0;
}
