import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Reason } from "../domain/errors.ts";
import { errorBody } from "./error-body.ts";

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
 * and closes it. `current` is the answer that is being given on it, if any: into
 * the middle of that nothing can be written.
 */
export function refuseUnreadable(
  error: Error & { code?: string },
  socket: Duplex,
  current: ServerResponse | undefined,
): number | undefined {
  if (!socket.writable || error.code === "ECONNRESET" || current?.headersSent === true) {
    socket.destroy();
    return undefined;
  }
  const { status, reason, message } = REFUSALS[error.code ?? ""] ?? MALFORMED;
  const body = `${JSON.stringify(errorBody(reason, message, status))}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
  return status;
}

/** Which answer is being given on a socket, as `refuseUnreadable` wants to know it. */
export class CurrentResponses {
  readonly #responses = new WeakMap<Duplex, ServerResponse>();

  begin(socket: Socket, res: ServerResponse): void {
    this.#responses.set(socket, res);
    res.once("close", () => {
      if (this.#responses.get(socket) === res) this.#responses.delete(socket);
    });
  }

  on(socket: Duplex): ServerResponse | undefined {
    return this.#responses.get(socket);
  }
}
