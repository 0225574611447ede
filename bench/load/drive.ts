import { closedLoop, IN_FLIGHT, type Sample } from "./closed-loop.ts";
import { GrpcConnection, type GrpcRequest } from "./grpc-connection.ts";
import { Http1Connection } from "./http1-connection.ts";

/** Connections that share the calls, as a few clients would. */
const GRPC_CONNECTIONS = 4;

/** Drives a server over HTTP/1.1, one connection for each request under way. */
export async function driveHttp1(
  port: number,
  requests: readonly Buffer[],
  seconds: number,
  inFlight: number = IN_FLIGHT,
): Promise<Sample> {
  const next = inTurn(requests);
  const open = () => Http1Connection.open(port);
  return withConnections(inFlight, open, (connections) =>
    closedLoop(seconds, (lane) => connections[lane]!.ask(next()), inFlight),
  );
}

/** Drives a server over gRPC. */
export async function driveGrpc(
  port: number,
  requests: readonly GrpcRequest[],
  seconds: number,
): Promise<Sample> {
  const next = inTurn(requests);
  const open = () => GrpcConnection.open(port);
  return withConnections(GRPC_CONNECTIONS, open, (connections) =>
    closedLoop(seconds, (lane) => connections[lane % GRPC_CONNECTIONS]!.call(next())),
  );
}

function inTurn<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => items[turn++ % items.length]!;
}

/** New ones for each measurement: those that idled through the others may have been closed. */
async function withConnections<C extends { close(): void }>(
  count: number,
  open: () => Promise<C>,
  use: (connections: readonly C[]) => Promise<Sample>,
): Promise<Sample> {
  const connections = await Promise.all(Array.from({ length: count }, open));
  try {
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}
