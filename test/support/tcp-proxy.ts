import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * What happens to the connection on which a text is sent next.
 *
 * - `lose-request`: the request does not arrive, and the connection breaks.
 * - `lose-reply`: the request arrives, its reply does not, and the connection breaks.
 * - `stall`: the request arrives, and nothing comes back; the connection stays open.
 */
export type Fault = "lose-request" | "lose-reply" | "stall";

interface Trap {
  readonly text: string;
  readonly fault: Fault;
  sprung(): void;
}

/** Stands between a client and a server on 127.0.0.1, and breaks what it is told to. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #traps: Trap[] = [];
  #refusing = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** @param target the server's port */
  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when a request that holds the text has met the fault; once. */
  trap(text: string, fault: Fault): Promise<void> {
    return new Promise((sprung) => this.#traps.push({ text, fault, sprung }));
  }

  /** Breaks all connections and takes no new ones until `accept`. */
  refuse(): void {
    this.#refusing = true;
    this.breakAll();
  }

  accept(): void {
    this.#refusing = false;
  }

  breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.breakAll();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    if (this.#refusing) return void client.resetAndDestroy();
    const server = connect(this.#target, "127.0.0.1");
    let fault: Fault | undefined;
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.on("data", (bytes) => {
      const trap = this.#spring(bytes);
      fault ??= trap?.fault;
      if (trap?.fault === "lose-request") end();
      else server.write(bytes);
      trap?.sprung();
    });
    server.on("data", (bytes) => {
      if (fault === undefined) client.write(bytes);
      else if (fault === "lose-reply") end();
    });
  }

  #spring(bytes: Buffer): Trap | undefined {
    const trap = this.#traps.find(({ text }) => bytes.includes(text));
    this.#traps = this.#traps.filter((other) => other !== trap);
    return trap;
  }
}
