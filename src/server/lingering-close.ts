import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How long what a caller still sends is read after its connection was closed, in milliseconds. */
const LINGER_MS = 5000;

/**
 * Lets callers see why they were turned away. Node destroys a connection as soon as the
 * last answer on it is written; if the caller is still sending, the kernel resets it, and
 * the caller loses the answer: of twenty uploads that were too large, twelve saw a broken
 * pipe instead of their 413.
 */
export function lingerOnClose(socket: Socket): void {
  const { destroySoon } = socket;
  socket.destroySoon = () => {
    if (isReceiving(socket)) closeSlowly(socket);
    else destroySoon.call(socket);
  };
}

/** Closes this side, and the whole when the caller has closed too, or after a while. */
export function closeSlowly(socket: Duplex): void {
  if (socket.readableEnded) {
    socket.end(() => socket.destroy());
    return;
  }
  socket.end();
  // Node's parser, which would wait for somebody to read the body, lets go of the socket.
  socket.removeAllListeners("data").on("data", () => undefined);
  socket.resume().once("end", () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once("close", () => clearTimeout(timer));
}

/** Whether a request is on its way: what Node keeps of it at the socket is not documented. */
function isReceiving(socket: Socket & { parser?: { incoming?: { complete?: boolean } } | null }) {
  return socket.parser?.incoming?.complete === false;
}
