// The least a gRPC server on node:http2 can do: answers every call with the same
// message and status 0. Started with the message in base64; tells its parent its
// port.
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";

const message = Buffer.from(process.argv[2] ?? "", "base64");
const framed = Buffer.alloc(5 + message.length);
framed.writeUInt32BE(message.length, 1);
framed.set(message, 5);

const server = createServer();
server.on("stream", (stream) => {
  stream.on("error", () => {}); // the load has gone
  stream.resume();
  stream.respond(
    { ":status": 200, "content-type": "application/grpc+proto" },
    { waitForTrailers: true },
  );
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(framed);
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.once("disconnect", () => process.exit());
