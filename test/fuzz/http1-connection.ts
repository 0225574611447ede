import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type HostileRequest, hostileRequest } from "./hostile-requests.ts";
import { readAnswers } from "./http1-answers.ts";
import { frameSoundly, frameUnsoundly } from "./http1-framing.ts";
import type { KnownIds } from "./known-ids.ts";
import type { Random } from "./random.ts";
import type { Tally } from "./tally.ts";
import { describeRequest, faultOf, mayBeEndless } from "./verdict.ts";

/** Silence after which an answer that may be endless counts as one, in milliseconds. */
const QUIET_MS = 300;
/** Silence after which whatever is open counts as hanging. */
const HANG_MS = 20_000;

/**
 * One connection: up to six requests, pipelined, in pieces of any size; then its half may be
 * closed, or the whole reset. The connection has to come to an end, and where nothing was
 * wrong and nobody left, every request has to be answered.
 */
export async function http1Connection(
  random: Random,
  ids: KnownIds,
  port: number,
  tally: Tally,
): Promise<void> {
  const count = 1 + random.below(6);
  const sound = random.chance(0.6);
  const requests: HostileRequest[] = [];
  const bytes: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const request = hostileRequest(random, ids);
    const frame = sound || random.chance(0.6) ? frameSoundly : frameUnsoundly;
    // Whose answer is whose cannot be told where something is unsound, and HEAD's has no body.
    const method = !sound && request.method === "HEAD" ? "GET" : request.method;
    requests.push({ ...request, method });
    bytes.push(frame(random, { ...request, method }, i === count - 1));
  }
  tally.sent(count);
  const exchange = await Exchange.open(port);
  await send(random, exchange.socket, Buffer.concat(bytes));
  if (random.chance(0.05)) {
    exchange.socket.resetAndDestroy();
    return;
  }
  // To Node, as to others, a caller who closes its half has left.
  const leaves = !sound || random.chance(0.3);
  if (leaves) exchange.socket.end();
  await exchange.untilDone(requests);
  judge(requests, leaves ? 0 : count, exchange, tally);
}

async function send(random: Random, socket: Socket, bytes: Buffer): Promise<void> {
  if (random.chance(0.7)) return void socket.write(bytes);
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + random.below(1500));
    socket.write(piece);
    at += piece.length;
    await sleep(0);
  }
}

/** What came over one connection, and how it ended. */
class Exchange {
  readonly socket: Socket;
  /** `reset`: the caller may have lost answers on their way. */
  outcome: "closed" | "reset" | "endless" | "hangs" = "closed";
  #received = "";
  #heardAt = performance.now();
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      this.#received += chunk.toString("latin1");
      this.#heardAt = performance.now();
    });
    socket.on("end", () => {
      this.#closed = true;
    });
    socket.on("error", () => {
      this.outcome = "reset";
    });
    socket.on("close", () => {
      this.#closed = true;
    });
  }

  static open(port: number): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Exchange(socket));
      });
    });
  }

  get received(): string {
    return this.#received;
  }

  async untilDone(requests: readonly HostileRequest[]): Promise<void> {
    const endless = requests.some(mayBeEndless);
    while (!this.#closed) {
      const silence = performance.now() - this.#heardAt;
      if (endless && silence > QUIET_MS) this.outcome = "endless";
      else if (silence > HANG_MS) this.outcome = "hangs";
      else {
        await sleep(2);
        continue;
      }
      break;
    }
    this.socket.destroy();
  }
}

function judge(
  requests: readonly HostileRequest[],
  due: number,
  { received, outcome }: Exchange,
  tally: Tally,
): void {
  const where = () => requests.map(describeRequest).join("\n    ");
  if (outcome === "hangs") tally.fault(`hangs after ${received.slice(-300)}\n    ${where()}`);
  const { answers, rest } = readAnswers(
    received,
    requests.map(({ method }) => method),
  );
  for (const [i, answer] of answers.entries()) {
    tally.answered(answer.status);
    const request = requests[Math.min(i, requests.length - 1)]!;
    const fault = faultOf(request, answer);
    if (fault !== undefined) tally.fault(`${fault}\n    ${describeRequest(request)}`);
  }
  if (outcome !== "closed" || rest !== undefined) return;
  // One that closes the connection, as 413 does, leaves what follows unanswered.
  const closed = answers.some(({ text }) => /^connection: close/im.test(text));
  if (answers.length < due && !closed) {
    tally.fault(`${answers.length} answers, ${due} due: ${received.slice(-300)}\n    ${where()}`);
  }
}
