/**
 * What one caller can hold of this process. Times in milliseconds, sizes in
 * bytes unless the name says otherwise.
 */
export interface ListenerLimits {
  /** For the first bytes of a connection. */
  readonly prefaceTimeoutMs: number;
  /** For the whole head of a request. */
  readonly headersTimeoutMs: number;
  /** For the whole request, with its body. Answers may take longer. */
  readonly requestTimeoutMs: number;
  /** How long what was written of an answer may wait for a caller who does not read. */
  readonly readerTimeoutMs: number;
  /**
   * How long an idle HTTP/1.1 connection is kept. Longer than the 60 s after
   * which most load balancers close theirs: if the server closed first, a
   * request could already be on its way.
   */
  readonly keepAliveTimeoutMs: number;
  /** How long an HTTP/2 session without a stream is kept. */
  readonly sessionIdleMs: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /**
   * Calls at a time on one HTTP/2 connection. A gateway watches many sessions
   * over one connection; clients queue what is above.
   */
  readonly maxConcurrentStreams: number;
  /** Memory that Node lets one HTTP/2 session use, in megabytes. */
  readonly maxSessionMegabytes: number;
  /** Resets one session may send at once, and per second after that (rapid reset). */
  readonly resetBurst: number;
  readonly resetsPerSecond: number;
}

export const DEFAULT_LIMITS: ListenerLimits = {
  prefaceTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 120_000,
  readerTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  sessionIdleMs: 600_000,
  maxHeaderBytes: 16_384,
  maxHeaders: 100,
  maxConcurrentStreams: 1000,
  maxSessionMegabytes: 64,
  resetBurst: 1000,
  resetsPerSecond: 50,
};
