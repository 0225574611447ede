import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { listen } from "../../src/server/listener.ts";
import { RawSocket } from "./raw-socket.ts";
import { openServer, type TestServer } from "./server-fixture.ts";

// An answer that was given before its request was whole leaves the connection as it was: what is
// left of the body is read, and so is what comes behind it, or that the caller has left.

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ maxBodyBytes: 1000 });
});
afterAll(() => server.close());

/** An envelope that says it is larger than anything may be. */
const TOO_LARGE = "\u0000\u00ff\u00ff\u00ff\u00ff";
const NEXT = "GET /api/v1/sessions/next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
/** More than Node keeps of a body that nobody reads. */
const MUCH = 200_000;

interface Early {
  readonly begun: string;
  readonly headers?: string;
  readonly answered: string;
}

const grpcWeb = "content-type: application/grpc-web\r\n";
const earlies: [string, Early][] = [
  ["gRPC-Web, too large", { begun: TOO_LARGE, headers: grpcWeb, answered: "grpc-status: 8" }],
  [
    "gRPC, too large",
    { begun: TOO_LARGE, headers: "content-type: application/grpc\r\n", answered: "grpc-status: 8" },
  ],
  [
    "Connect, too large",
    {
      begun: "x".repeat(1500),
      headers: "content-type: application/proto\r\ntransfer-encoding: chunked\r\n",
      answered: "resource_exhausted",
    },
  ],
];

function head(length: number, headers = ""): string {
  const framing = /transfer-encoding/.test(headers) ? "" : `content-length: ${length}\r\n`;
  return `POST /${SessionService.typeName}/GetSession HTTP/1.1\r\nHost: a\r\n${headers}${framing}\r\n`;
}

/** As a piece of a body with or without a length. */
function piece(text: string, headers = ""): string {
  if (!/transfer-encoding/.test(headers)) return text;
  return text === "" ? "0\r\n\r\n" : `${text.length.toString(16)}\r\n${text}\r\n`;
}

/** A connection on which the answer has come, but `left` bytes of the body have not. */
async function answeredEarly({ begun, headers, answered }: Early, left: number) {
  const raw = await RawSocket.connect(server.port);
  raw.write(head(begun.length + left, headers) + piece(begun, headers));
  await raw.until(answered);
  // That the answer is out, and whoever read the body has let go of it.
  await sleep(20);
  return raw;
}

async function writeRest(raw: RawSocket, left: number, headers = ""): Promise<void> {
  for (let at = 0; at < left; at += left / 4) {
    raw.write(piece("x".repeat(left / 4), headers));
    await sleep(5);
  }
  if (/transfer-encoding/.test(headers)) raw.write(piece("", headers));
}

describe.each(earlies)("an early answer (%s)", (_what, early) => {
  it.each([400, MUCH])("does not hide the request behind the other %d bytes", async (left) => {
    const raw = await answeredEarly(early, left);
    await writeRest(raw, left, early.headers);
    raw.write(NEXT);
    expect(await raw.until('"session_id":"next"', 3000)).toContain("HTTP/1.1 200");
    raw.socket.destroy();
  });

  it.each([0, 200, MUCH])("does not hide that the caller leaves after %d bytes", async (sent) => {
    const raw = await answeredEarly(early, sent + 100);
    if (sent > 0) await writeRest(raw, sent);
    raw.socket.end();
    const closed = raw.untilClosed().then(() => "closed");
    expect(await Promise.race([closed, sleep(3000, "open")])).toBe("closed");
    raw.socket.destroy();
  });

  it("does not hide garbage behind the request", async () => {
    const raw = await answeredEarly(early, 400);
    await writeRest(raw, 400, early.headers);
    raw.write("garbage\r\n\r\n");
    expect(await raw.until("HTTP/1.1 400", 3000)).toContain("well-formed");
    raw.socket.destroy();
  });
});

it("an answer whose handler still waits for more of the body does not hide what follows", async () => {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    handle: async (req, res) => {
      if (req.method === "POST") {
        const body = req.iterator({ destroyOnReturn: false });
        await body.next();
        void body.next();
      }
      (res as ServerResponse).end(`answer to ${req.method}`);
    },
  });
  const raw = await RawSocket.connect(listener.address.port);
  raw.write(`POST / HTTP/1.1\r\nHost: a\r\ncontent-length: ${MUCH + 5}\r\n\r\nbegun`);
  await raw.until("answer to POST");
  await writeRest(raw, MUCH);
  raw.write(NEXT);
  await raw.until("answer to GET", 3000);
  raw.socket.destroy();
  await listener.close();
});
