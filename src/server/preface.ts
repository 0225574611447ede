import type { Socket } from "node:net";

/** What an HTTP/2 client sends first (RFC 9113, 3.4). No HTTP/1 request begins like it. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export type HttpVersion = "http1" | "http2";

/** Which protocol these first bytes are of; undefined while they could be either. */
export function versionOf(head: Buffer): HttpVersion | undefined {
  const length = Math.min(head.length, PREFACE.length);
  if (PREFACE.compare(head, 0, length, 0, length) !== 0) return "http1";
  return length === PREFACE.length ? "http2" : undefined;
}

/**
 * Reads from a fresh socket until its protocol is decided, puts everything back
 * and hands it over, paused. The preface may come in pieces, so one chunk does
 * not decide. A socket that stays silent or undecided for `timeoutMs`, ends or
 * breaks is destroyed; the timers of Node's HTTP servers begin after this.
 */
export function sniff(
  socket: Socket,
  timeoutMs: number,
  handOver: (version: HttpVersion) => void,
): void {
  let head: Buffer = Buffer.alloc(0);
  const giveUp = () => socket.destroy();
  const timer = setTimeout(giveUp, timeoutMs);

  const stop = () => {
    clearTimeout(timer);
    socket.off("data", read).off("end", giveUp).off("error", giveUp).off("close", stop);
  };
  const read = (chunk: Buffer) => {
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const version = versionOf(head);
    if (version === undefined) return;
    stop();
    socket.pause();
    socket.unshift(head);
    handOver(version);
  };
  socket.on("data", read).on("end", giveUp).on("error", giveUp).on("close", stop);
}
