import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { PostgresWire } from "./postgres-wire.ts";
import { countCommands } from "./redis-wire.ts";

/** What went over a wire. */
export interface Traffic {
  /** Statements of Postgres, or commands of Redis. */
  readonly requests: number;
  /** Rows of Postgres. */
  readonly rows: number;
  /** Both ways. */
  readonly bytes: number;
}

/** Stands between a service and its store on 127.0.0.1, and counts what it is asked. */
export class WireMeter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #requests = 0;
  #rows = 0;
  #bytes = 0;

  private constructor(
    target: number,
    protocol: "postgres" | "redis",
    ignored: ReadonlySet<string>,
  ) {
    this.#server = createServer((client) => {
      const server = connect(target, "127.0.0.1");
      const wire = new PostgresWire();
      this.#join(client, server);
      client.on("data", (bytes) => {
        server.write(bytes);
        if (protocol === "redis") this.#count(countCommands(bytes), 0, bytes.length);
        else wire.sent(bytes);
      });
      server.on("data", (bytes) => {
        client.write(bytes);
        if (protocol === "redis") return this.#count(0, 0, bytes.length);
        for (const { name, rows, size } of wire.received(bytes)) {
          if (!ignored.has(name)) this.#count(1, rows, size);
        }
      });
    });
  }

  /**
   * @param target the store's port
   * @param ignored names of prepared statements that do not count
   */
  static async start(
    target: number,
    protocol: "postgres" | "redis",
    ignored: readonly string[] = [],
  ): Promise<WireMeter> {
    const meter = new WireMeter(target, protocol, new Set(ignored));
    meter.#server.listen(0, "127.0.0.1");
    await once(meter.#server, "listening");
    return meter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What was counted since the last call. */
  take(): Traffic {
    const traffic = { requests: this.#requests, rows: this.#rows, bytes: this.#bytes };
    [this.#requests, this.#rows, this.#bytes] = [0, 0, 0];
    return traffic;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #count(requests: number, rows: number, bytes: number): void {
    this.#requests += requests;
    this.#rows += rows;
    this.#bytes += bytes;
  }

  #join(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
