import http from "node:http";
import http2 from "node:http2";
import { type AddressInfo, isIPv6, type Socket } from "node:net";
import { refuseUnreadable } from "./client-error.ts";
import { Connections } from "./connections.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";
import { DEFAULT_LIMITS, type ListenerLimits } from "./limits.ts";
import { sniff } from "./preface.ts";

export interface ListenerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** PEM texts. With them TLS, where ALPN chooses; without, cleartext. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly handle: HttpHandler;
  readonly limits?: Partial<ListenerLimits>;
  /** Told of each connection that opens or closes. */
  readonly onConnection?: (change: 1 | -1, protocol: "http1" | "http2") => void;
  /** Told of each request that was no HTTP, with the status it got. */
  readonly onUnreadable?: (status: number) => void;
}

export interface Listener {
  readonly address: Address;
  /**
   * Takes no more connections, lets what runs finish, and settles when nothing
   * runs or after `graceMs`, with the number of connections still open.
   */
  drain(graceMs: number): Promise<number>;
  /** Cuts every connection. */
  close(): Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Where this machine reaches it, also when `host` stands for all addresses. */
  readonly url: string;
}

type Server = http.Server | http2.Http2SecureServer;

/** Opens one port for HTTP/1.1 and HTTP/2. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const connections = new Connections(limits, options.onConnection);
  const handle: HttpHandler = (req, res) => {
    connections.answer(res);
    return options.handle(req, res);
  };
  const server =
    options.tls === undefined
      ? cleartext(limits, connections, handle)
      : encrypted(options.tls, limits, connections, handle);
  answerUnreadable(server, connections, options.onUnreadable);
  answerExpectations(server);
  await opened(server, options.host, options.port);
  connections.server = server;
  return {
    address: addressOf(server, options),
    drain: (graceMs) => connections.drain(graceMs),
    close: () => connections.close(),
  };
}

/**
 * Node speaks both versions on one port only behind TLS. So the HTTP/1 server
 * listens and each connection is looked at before one of the two gets it. It has
 * to be the one that listens: an `http.Server` that never did starts none of its
 * timeouts and knows none of its idle connections.
 */
function cleartext(limits: ListenerLimits, connections: Connections, handle: HttpHandler): Server {
  const h1 = http.createServer(http1Options(limits), handle);
  const h2 = http2.createServer(http2Options(limits), handle);
  setHttp1Timeouts(h1, limits);
  connections.follow(h2);

  const [toHttp1] = h1.listeners("connection") as [(socket: Socket) => void];
  h1.removeAllListeners("connection");
  h1.on("connection", (socket: Socket) => {
    connections.undecided(socket);
    sniff(socket, limits.prefaceTimeoutMs, (version) => {
      connections.decided(socket, version);
      if (version === "http2") toHttp2(h2, socket);
      else {
        toHttp1.call(h1, socket);
        socket.resume();
      }
    });
  });
  return h1;
}

/**
 * HTTP/1 clients may close their half after the request; a session that outlived
 * its peer's half would stay for ever, so here the socket goes with it. It reads
 * by itself what was put back: a socket that flowed would lose it.
 */
function toHttp2(server: http2.Http2Server, socket: Socket): void {
  socket.allowHalfOpen = false;
  server.emit("connection", socket);
}

function encrypted(
  tls: { readonly cert: string; readonly key: string },
  limits: ListenerLimits,
  connections: Connections,
  handle: HttpHandler,
): Server {
  const server = http2.createSecureServer(
    {
      ...http1Options(limits),
      ...http2Options(limits),
      ...tls,
      allowHTTP1: true,
      handshakeTimeout: limits.prefaceTimeoutMs,
    },
    handle,
  );
  setHttp1Timeouts(server as unknown as http.Server, limits);
  server.on("secureConnection", (socket) => {
    connections.undecided(socket);
    connections.decided(socket, socket.alpnProtocol === "h2" ? "http2" : "http1");
  });
  connections.follow(server);
  return server;
}

function http1Options(limits: ListenerLimits): http.ServerOptions {
  return {
    // Peers that vanished without a word are noticed by TCP.
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    noDelay: true,
    connectionsCheckingInterval: Math.min(5000, limits.headersTimeoutMs),
    maxHeaderSize: limits.maxHeaderBytes,
    // The guard answers that itself, in the shape of every other error.
    requireHostHeader: false,
    // A request without a body needs no stream that ends: a tenth of the time of a small read.
    optimizeEmptyRequests: true,
  };
}

function http2Options(limits: ListenerLimits): http2.ServerOptions {
  return {
    maxSessionMemory: limits.maxSessionMegabytes,
    maxHeaderListPairs: limits.maxHeaders,
    streamResetBurst: limits.resetBurst,
    streamResetRate: limits.resetsPerSecond,
    settings: {
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
    },
  };
}

function setHttp1Timeouts(server: http.Server, limits: ListenerLimits): void {
  server.headersTimeout = limits.headersTimeoutMs;
  server.requestTimeout = limits.requestTimeoutMs;
  server.keepAliveTimeout = limits.keepAliveTimeoutMs;
  server.maxHeadersCount = limits.maxHeaders;
}

function answerUnreadable(
  server: Server,
  connections: Connections,
  told: ListenerOptions["onUnreadable"],
): void {
  server.on("clientError", (error: Error, socket: Socket) => {
    const status = refuseUnreadable(error, socket, (on) => connections.answerOn(on));
    if (status !== undefined) told?.(status);
  });
}

/**
 * Node writes `100 Continue` for a request whose turn has not come into the answers
 * before it, and when its own answer is at hand, between its head and its body. There
 * it is left out: the caller sends its body without it, as it has to after a while.
 * Other expectations need not be met (RFC 9110, 10.1.1).
 */
function answerExpectations(server: Server): void {
  server.on("checkContinue", (req: HttpRequest, res: http.ServerResponse) => {
    if (res.socket !== null) res.writeContinue();
    server.emit("request", req, res);
  });
  server.on("checkExpectation", (req: HttpRequest, res: HttpResponse) => {
    server.emit("request", req, res);
  });
}

function opened(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // Out of file descriptors, say: the server goes on with what it has.
      server.on("error", () => undefined);
      resolve();
    });
  });
}

function addressOf(server: Server, { host, tls }: ListenerOptions): Address {
  const { port } = server.address() as AddressInfo;
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const name = isIPv6(reachable) ? `[${reachable}]` : reachable;
  return { host, port, url: `${tls === undefined ? "http" : "https"}://${name}:${port}` };
}
