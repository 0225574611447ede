import net from "node:net";

/** A connection on which a test says every byte itself. */
export class RawSocket {
  readonly socket: net.Socket;
  #received = "";
  readonly #ended: Promise<void>;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      this.#received += chunk.toString("latin1");
    });
    this.#ended = new Promise((resolve) => {
      socket.once("end", () => resolve());
      socket.once("close", () => resolve());
    });
  }

  /** Half-open, so that a test can close its half and still read. */
  static connect(port: number): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RawSocket(socket)));
    });
  }

  get received(): string {
    return this.#received;
  }

  write(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** One byte a packet. */
  async dribble(text: string): Promise<void> {
    for (const byte of text) {
      this.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Everything received until the other side closed. */
  async untilClosed(): Promise<string> {
    await this.#ended;
    return this.#received;
  }

  /** Everything received so far, once it holds `text`. */
  async until(text: string, patienceMs = 5000): Promise<string> {
    const deadline = Date.now() + patienceMs;
    while (!this.#received.includes(text)) {
      if (Date.now() > deadline) throw new Error(`no "${text}" in "${this.#received}"`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.#received;
  }
}

/** Sends one request and reads until the server closes. */
export async function rawRequest(port: number, text: string): Promise<string> {
  const raw = await RawSocket.connect(port);
  raw.write(text);
  const answer = await raw.untilClosed();
  raw.socket.destroy();
  return answer;
}

/** The JSON after the head of an HTTP/1 answer. */
export function bodyOf(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4));
}

/** A proxy that passes what clients send one byte at a time. */
export async function dribblingProxy(port: number): Promise<net.Server> {
  const proxy = net.createServer((client) => {
    const server = net.connect({ port, host: "127.0.0.1", noDelay: true });
    const destroy = () => [client, server].forEach((socket) => void socket.destroy());
    client.on("error", destroy).on("close", destroy);
    server.on("error", destroy).on("close", destroy).pipe(client);
    let queue = Promise.resolve();
    client.on("data", (chunk) => {
      for (const byte of chunk) {
        queue = queue.then(async () => {
          server.write(Buffer.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        });
      }
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return proxy;
}
