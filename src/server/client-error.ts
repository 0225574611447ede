import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Reason } from "../domain/errors.ts";
import { errorBody } from "./error-body.ts";
import { closeSlowly } from "./lingering-close.ts";

interface Refusal {
  readonly status: number;
  readonly reason: Reason;
  readonly message: string;
}

const MALFORMED: Refusal = {
  status: 400,
  reason: "invalid_argument",
  message: "this is not a well-formed HTTP request",
};

/** By the code of the error that Node's HTTP/1 parser gave. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: "payload_too_large",
    message: "the request's headers are too large",
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    reason: "payload_too_large",
    message: "the request's chunk extensions are too large",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: "deadline_exceeded",
    message: "the request did not arrive in time",
  },
};

/**
 * Answers what Node could not read as an HTTP/1 request, straight to the socket,
 * and closes it. `answerOn` gives the first answer that is due on it, if any. If its
 * request was whole, what is wrong came behind it and waits for its turn; else into the
 * middle of it nothing can be written. Returns the status; undefined: there is none.
 */
export function refuseUnreadable(
  error: Error & { code?: string },
  socket: Duplex,
  answerOn: (socket: Duplex) => ServerResponse | undefined,
): number | undefined {
  const current = answerOn(socket);
  const whole = current?.req.complete === true;
  // Who has closed its half has left. Nobody else notices, as the parser has given up.
  const left = whole && socket.readableEnded;
  const waits = whole && !left && isWholeOrNone(current);
  if (!socket.writable || error.code === "ECONNRESET" || left || (current?.headersSent && !waits)) {
    socket.destroy();
    return undefined;
  }
  const refusal = REFUSALS[error.code ?? ""] ?? MALFORMED;
  if (waits) current.once("close", () => refuseUnreadable(error, socket, answerOn));
  else refuse(socket, refusal);
  return refusal.status;
}

/** An answer that has begun and goes on, as streams do, may never end. */
function isWholeOrNone({ headersSent, writableEnded }: ServerResponse): boolean {
  return !headersSent || writableEnded;
}

function refuse(socket: Duplex, { status, reason, message }: Refusal): void {
  const body = `${JSON.stringify(errorBody(reason, message, status))}\n`;
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  closeSlowly(socket);
}
