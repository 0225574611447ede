import { setTimeout as pause } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { createDatabase } from "../support/postgres.ts";
import { startParley } from "../support/process.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { uniqueUser } from "../support/rest.ts";
import { describeWithServices } from "../support/services.ts";
import { sse } from "../support/sse.ts";
import { type GrpcClients, grpcClients } from "../support/writers.ts";

/**
 * How many watch, and how many messages they are told of. The claim is about a
 * thousand of each; that takes minutes where watchers and servers share two
 * cores, and is run by hand: `PARLEY_TEST_CROWD=1000x1000 npx vitest run watch-crowd`.
 */
const [WATCHERS, MESSAGES] = (process.env.PARLEY_TEST_CROWD ?? "200x300")
  .split("x")
  .map(Number) as [number, number];
/** Watchers that share a connection. */
const PER_CONNECTION = 100;
/** Appends that are under way at once. */
const WRITERS = 4;

interface Place {
  readonly url: string;
  readonly user: string;
  readonly sessionId: string;
  readonly clients: GrpcClients;
}

/** Places of the events of one stream, as they come. */
type Stream = AsyncIterable<number>;

async function* overGrpc({ clients, sessionId }: Place, afterSeq: number): Stream {
  for await (const { seq, update } of clients.conversation.watchSession({ sessionId, afterSeq })) {
    if (update.case === "event") yield seq;
  }
}

async function* overSse({ url, user, sessionId }: Place, afterSeq: number): Stream {
  const abort = new AbortController();
  const headers = { "x-user-id": user, "last-event-id": String(afterSeq) };
  const path = `/api/v1/sessions/${sessionId}/watch`;
  try {
    for await (const { data } of sse(url + path, headers, abort.signal)) {
      if (data.event !== undefined) yield data.seq;
    }
  } finally {
    abort.abort();
  }
}

/** Watches until it has seen the last event; a restless one leaves now and then, and comes back. */
async function watch(place: Place, index: number, last: number): Promise<number[]> {
  const open = index % 10 === 0 ? overSse : overGrpc;
  const restless = index % 3 === 0;
  const seqs: number[] = [];
  while (seqs.at(-1) !== last) {
    let stay = restless ? 1 + Math.floor(Math.random() * (last / 5)) : Number.POSITIVE_INFINITY;
    for await (const seq of open(place, seqs.at(-1) ?? 0)) {
      seqs.push(seq);
      if (seq === last || --stay <= 0) break;
    }
    await pause(restless ? Math.random() * 50 : 0);
  }
  return seqs;
}

/** As clients do: tries again, under the same `request_id`, where a server is too busy. */
async function append(by: GrpcClients, sessionId: string, content: string): Promise<void> {
  const requestId = crypto.randomUUID();
  const messages = [{ role: Role.USER, content }];
  for (;;) {
    try {
      await by.conversation.appendMessages({ sessionId, requestId, messages });
      return;
    } catch (error) {
      if ((error as { code?: number }).code !== Code.Unavailable) throw error;
      await pause(100);
    }
  }
}

describeWithServices("a crowd that watches one session through two servers", () => {
  const name = `${WATCHERS} watchers, a third of them coming and going, see ${MESSAGES} messages once`;
  it(name, { timeout: Math.max(60_000, WATCHERS * MESSAGES) }, async () => {
    const database = await createDatabase();
    const env = {
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      DATABASE_URL: database.url,
    };
    // In processes of their own, as servers are: a crowd of clients keeps one process busy.
    const servers = [await startParley({ env }), await startParley({ env })];
    const user = uniqueUser();
    const writers = servers.map(({ url }) => grpcClients(url, user));
    const { session } = await writers[0]!.sessions.createSession({});
    const sessionId = session?.sessionId ?? "";

    const places = Array.from({ length: Math.ceil(WATCHERS / PER_CONNECTION) * 2 }, (_, i) => {
      const { url } = servers[i % 2]!;
      return { url, user, sessionId, clients: grpcClients(url, user) };
    });
    const last = MESSAGES + 1;
    const watchers = Array.from({ length: WATCHERS }, (_, i) =>
      watch(places[i % places.length]!, i, last),
    );
    let said = 0;
    const talk = async () => {
      while (said < MESSAGES) {
        const content = `message ${said++}`;
        await append(writers[said % 2]!, sessionId, content);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, talk));

    const expected = Array.from({ length: last }, (_, i) => i + 1);
    for (const seqs of await Promise.all(watchers)) expect(seqs).toEqual(expected);
    for (const { clients } of places) clients.close();
    for (const clients of writers) clients.close();
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  });
});
