import { once } from "node:events";
import http2 from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { type HostileRequest, hostileRequest } from "./hostile-requests.ts";
import type { KnownIds } from "./known-ids.ts";
import type { Random } from "./random.ts";
import type { Tally } from "./tally.ts";
import { describeRequest, faultOf, mayBeEndless } from "./verdict.ts";

const QUIET_MS = 300;
const HANG_MS = 20_000;

/** Not for HTTP/2; a client that sends them is a broken one, which Node's cannot be. */
const HTTP1_ONLY = new Set(["te", "upgrade", "connection", "transfer-encoding", "expect"]);

/** One connection with up to thirty streams at a time: whole, cut short, or reset midway. */
export async function http2Connection(
  random: Random,
  ids: KnownIds,
  port: number,
  tally: Tally,
): Promise<void> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on("error", () => undefined);
  await once(session, "connect");
  const streams = Array.from({ length: 1 + random.below(30) }, () => hostileRequest(random, ids));
  tally.sent(streams.length);
  await Promise.all(streams.map((request) => exchange(random, session, request, tally)));
  if (random.chance(0.5)) {
    session.close();
    await sleep(20);
  }
  session.destroy();
}

async function exchange(
  random: Random,
  session: http2.ClientHttp2Session,
  request: HostileRequest,
  tally: Tally,
): Promise<void> {
  const ending = random.next();
  const stream = open(session, request, tally);
  if (stream === undefined) return;
  const heard = { at: performance.now(), status: 0, text: "" };
  const hear = (text: string) => {
    heard.at = performance.now();
    heard.text += text;
  };
  stream.setEncoding("latin1");
  stream.on("error", () => undefined);
  stream.on("data", hear);
  stream.on("trailers", (trailers) => hear(`\r\n${lines(trailers)}`));
  stream.on("response", (headers) => {
    heard.status = headers[":status"] ?? 0;
    hear(lines(headers));
  });
  const closed = once(stream, "close").catch(() => undefined);
  if (ending < 0.8) stream.end(request.body);
  else if (ending < 0.9) {
    stream.write(request.body.subarray(0, request.body.length / 2));
    setImmediate(() => stream.close(random.pick([0, 1, 2, 8])));
  } else {
    stream.write(request.body);
    setTimeout(() => stream.close(http2.constants.NGHTTP2_CANCEL), 20);
  }
  await Promise.race([closed, untilSilent(stream, heard, request, tally)]);
  if (heard.status === 0) return;
  tally.answered(heard.status);
  const fault = faultOf(request, heard);
  if (fault !== undefined) tally.fault(`h2 ${fault}\n    ${describeRequest(request)}`);
}

function open(session: http2.ClientHttp2Session, request: HostileRequest, tally: Tally) {
  const headers: http2.OutgoingHttpHeaders = { ":method": request.method, ":path": request.target };
  for (const [name, value] of request.headers) if (!HTTP1_ONLY.has(name)) headers[name] = value;
  if (request.headers.some(([name]) => name === "te")) headers.te = "trailers";
  try {
    return session.request(headers, { endStream: false });
  } catch {
    tally.fault(`h2 client refused ${describeRequest(request)}`);
    return undefined;
  }
}

async function untilSilent(
  stream: http2.ClientHttp2Stream,
  heard: { readonly at: number },
  request: HostileRequest,
  tally: Tally,
): Promise<void> {
  for (;;) {
    await sleep(20);
    // Of a stream that this side has closed with no error, Node's client tells no end.
    if (stream.destroyed || stream.closed) return;
    const silence = performance.now() - heard.at;
    if (mayBeEndless(request) && silence > QUIET_MS) break;
    if (silence < HANG_MS) continue;
    tally.fault(`h2 hangs\n    ${describeRequest(request)}`);
    break;
  }
  stream.close(http2.constants.NGHTTP2_CANCEL);
}

function lines(headers: http2.IncomingHttpHeaders): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\r\n");
}
