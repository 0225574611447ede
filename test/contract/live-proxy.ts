import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a process and a server on 127.0.0.1, so that the two can be cut off from each other. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mended = true;

  private constructor(targetPort: number) {
    this.#server = createServer((near) => {
      if (!this.#mended) {
        near.destroy();
        return;
      }
      const far = connect(targetPort, "127.0.0.1");
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) this.#track(socket);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
  }

  static async to(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#mended = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#mended = true;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}); // being cut is what it is for
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
