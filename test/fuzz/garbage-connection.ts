import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Random } from "./random.ts";
import type { Tally } from "./tally.ts";

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));

/** GET /api/v1/sessions by indexes and literals of HPACK, without Huffman. */
const GET_SESSIONS = Buffer.concat([
  Buffer.from([0x82, 0x86, 0x04, 16]),
  Buffer.from("/api/v1/sessions"),
  Buffer.from([0x01, 9]),
  Buffer.from("127.0.0.1"),
]);

/**
 * One connection that is no HTTP, or HTTP/2 frame by frame with nonsense in it. Nothing
 * is asked of the answer; the connection has to end, and the server to live.
 */
export async function garbageConnection(random: Random, port: number, tally: Tally): Promise<void> {
  tally.sent(1);
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.resume();
  await once(socket, "connect");
  socket.write(random.chance(0.75) ? frames(random) : nonsense(random));
  await Promise.race([once(socket, "close").catch(() => undefined), sleep(random.below(60))]);
  if (random.chance(0.5)) socket.resetAndDestroy();
  else socket.destroy();
}

function nonsense(random: Random): Buffer {
  return random.pick<() => Buffer>([
    () => random.bytes(1 + random.below(2000)),
    () => Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
    () => PREFACE.subarray(0, 1 + random.below(PREFACE.length)),
    () => Buffer.concat([PREFACE, random.bytes(random.below(200))]),
    () => Buffer.from("\r\n".repeat(random.below(500))),
    () => gzipSync(Buffer.alloc(1000)),
    () => Buffer.from(`GET / HTTP/1.1\r\n${"a: b\r\n".repeat(random.below(3000))}`),
  ])();
}

function frames(random: Random): Buffer {
  const sent = Array.from({ length: 1 + random.below(30) }, (_, i) => oneFrame(random, 2 * i + 1));
  return Buffer.concat([PREFACE, SETTINGS, ...sent]);
}

function oneFrame(random: Random, stream: number): Buffer {
  return random.pick<() => Buffer>([
    () => frame(1, 0x05, stream, GET_SESSIONS),
    () => frame(1, 0x05, stream, GET_SESSIONS),
    () => frame(1, 0x04, stream, GET_SESSIONS),
    () => frame(1, 0x00, stream, GET_SESSIONS),
    () => frame(1, 0x05, stream, random.bytes(random.below(60))),
    () => frame(0, random.below(256), random.below(20), random.bytes(random.below(300))),
    () => frame(3, 0, random.below(20), Buffer.from([0, 0, 0, 8])),
    () => frame(6, 0, 0, random.bytes(8)),
    () => frame(8, 0, random.below(20), Buffer.from([0x7f, 0xff, 0xff, 0xff])),
    () => frame(9, 0x04, stream, random.bytes(random.below(100))),
    () => frame(4, 0, 0, random.bytes(6 * random.below(5))),
    () => frame(random.below(256), random.below(256), stream, random.bytes(random.below(50))),
  ])();
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
