import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WatchSessionResponse } from "../../gen/parley/v1/watch_pb.js";
import { rest, uniqueUser } from "../support/rest.ts";
import { sse } from "../support/sse.ts";
import { type GrpcClients, grpcClients } from "../support/writers.ts";
import type { Servers } from "./watch.ts";

export interface PartialHome {
  readonly servers: Servers;
  /** Takes everything from the live view, where that is outside the process. */
  flush?(): Promise<void>;
}

/** What a stream says of messages, checked against what it may say. */
class Reader {
  /** Text so far, by message. */
  readonly texts = new Map<string, string>();
  readonly seqs: number[] = [];
  /** Contents by id, of the messages of the log. */
  readonly contents = new Map<string, string>();
  /** How often a text began after other pieces of it: only where a message was begun anew. */
  restarts = 0;
  readonly #honest: boolean;

  /** @param honest true if publishers say what the message will be. */
  constructor({ honest }: { honest: boolean }) {
    this.#honest = honest;
  }

  hear({ seq, update }: WatchSessionResponse): void {
    if (update.case === "partial") {
      const { messageId, offset, text } = update.value;
      if (this.contents.has(messageId)) throw new Error(`a partial of ${messageId} after it`);
      const known = this.texts.get(messageId) ?? "";
      if (offset === 0 && known !== "") this.restarts++;
      else if (offset !== known.length) throw new Error(`at ${known.length} came ${offset}`);
      this.texts.set(messageId, offset === 0 ? text : known + text);
    }
    if (update.case !== "event") return;
    this.seqs.push(seq);
    const { eventId, payload } = update.value;
    if (payload.case !== "message") return;
    const told = this.texts.get(eventId) ?? "";
    const { content } = payload.value;
    if (this.#honest && !content.startsWith(told))
      throw new Error(`${told} is not how ${content} begins`);
    this.contents.set(eventId, content);
  }
}

/** Fragments of a text, of one to nine characters, some of them with several code units. */
function fragmentsOf(text: string): { offset: number; text: string }[] {
  const characters = [...text];
  const fragments: { offset: number; text: string }[] = [];
  for (let offset = 0; characters.length > 0; ) {
    const piece = characters.splice(0, 1 + Math.floor(Math.random() * 9)).join("");
    fragments.push({ offset, text: piece });
    offset += piece.length;
  }
  return fragments;
}

/** What publishers and watchers of partials may expect, in every home that has a live view. */
export function partialSuite(name: string, open: () => Promise<PartialHome>): void {
  describe(`partials: ${name}`, () => {
    let home: PartialHome;
    beforeAll(async () => {
      home = await open();
    });
    afterAll(async () => {
      for (const server of home.servers) await server.close();
    });

    async function setUp() {
      const user = uniqueUser();
      const [near] = home.servers;
      const far = home.servers.at(-1) ?? near;
      const clients = [grpcClients(near.url, user), grpcClients(far.url, user)] as const;
      const { session } = await clients[0].sessions.createSession({});
      const sessionId = session?.sessionId ?? "";
      const publish = (messageId: string, offset: number, text: string, by = clients[0]) =>
        by.conversation.publishPartial({ sessionId, messageId, offset, text });
      const commit = (messageId: string, content: string, by = clients[0]) =>
        by.conversation.appendMessages({ sessionId, messages: [{ role: 2, content, messageId }] });
      const close = () => clients.forEach((each) => void each.close());
      return { user, far, clients, sessionId, publish, commit, close };
    }

    it("are told over SSE on another server, the text so far first, then the message", async () => {
      const { user, far, sessionId, publish, commit, close } = await setUp();
      const id = crypto.randomUUID();
      expect(await publish(id, 0, "Grüß ")).toMatchObject({ nextOffset: 5 });
      expect(await publish(id, 5, "dich 👋")).toMatchObject({ nextOffset: 12 });
      const abort = new AbortController();
      const url = `${far.url}/api/v1/sessions/${sessionId}/watch?after_seq=0&partials=true`;
      const stream = sse(url, { "x-user-id": user }, abort.signal);
      expect((await stream.next()).value.data.position.reason).toBe("open");
      expect((await stream.next()).value.data.event.type).toBe("session_created");
      const partial = { message_id: id, role: "assistant" };
      expect((await stream.next()).value).toMatchObject({
        id: "1",
        data: { seq: 1, partial: { ...partial, offset: 0, text: "Grüß dich 👋" } },
      });
      await publish(id, 12, "!");
      expect((await stream.next()).value).toMatchObject({
        id: "1",
        data: { partial: { ...partial, offset: 12, text: "!" } },
      });
      await commit(id, "Grüß dich 👋!");
      const { data } = (await stream.next()).value;
      expect(data).toMatchObject({ seq: 2, event: { event_id: id } });
      expect(await publish(id, 13, "late")).toMatchObject({ nextOffset: 0 });
      abort.abort();
      close();
    });

    it("are refused over REST as they are over gRPC", async () => {
      const { user, far, sessionId, publish, close } = await setUp();
      const id = crypto.randomUUID();
      await publish(id, 0, "abc");
      const client = rest(far.url, { "x-user-id": user });
      const path = `/api/v1/sessions/${sessionId}/partials`;
      const post = (offset: number, text: string) =>
        client.post(path, { message_id: id, offset, text });
      expect(await post(3, "d")).toMatchObject({ status: 200, body: { next_offset: 4 } });
      expect(await post(9, "x")).toMatchObject({
        status: 409,
        body: { error: "partial_gap", message: expect.stringContaining("ends at 4") },
      });
      expect(await post(1_048_576, "x")).toMatchObject({
        status: 413,
        body: { error: "payload_too_large" },
      });
      expect(await post(0, "")).toMatchObject({ status: 400 });
      const stranger = rest(far.url, { "x-user-id": uniqueUser() });
      const foreign = await stranger.post(path, { message_id: id, offset: 4, text: "x" });
      expect(foreign).toMatchObject({ status: 404, body: { error: "session_not_found" } });
      close();
    });

    it("are taken no more once the session is deleted", async () => {
      const { clients, sessionId, publish, close } = await setUp();
      const id = crypto.randomUUID();
      await publish(id, 0, "a");
      await publish(id, 1, "a", clients[1]);
      await clients[0].sessions.deleteSession({ sessionId });
      for (const by of clients) {
        await expect(publish(id, 2, "b", by)).rejects.toThrow("does not exist");
      }
      close();
    });

    it("begin again where the live view was emptied in the middle, and nothing breaks", async ({
      skip,
    }) => {
      const flush = home.flush ?? skip("the live view lives and dies with the process");
      const { clients, sessionId, publish, commit, close } = await setUp();
      const id = crypto.randomUUID();
      const reader = new Reader({ honest: true });
      const watched = clients[1].conversation.watchSession({ sessionId, partials: true });
      const watching = (async () => {
        for await (const update of watched) {
          reader.hear(update);
          if (reader.contents.size === 1) return;
        }
      })();
      await publish(id, 0, "one ");
      await publish(id, 4, "two ");
      await flush();
      const { nextOffset } = await publish(id, 8, "three ");
      expect(nextOffset).toBe(0);
      expect(await publish(id, 0, "one two three ")).toMatchObject({ nextOffset: 14 });
      await expect.poll(() => reader.texts.get(id)).toBe("one two three ");
      await commit(id, "one two three four");
      await watching;
      expect(reader.restarts).toBeLessThanOrEqual(1);
      close();
    });

    it("never come after their message, never with a gap, whoever comes late", async () => {
      const { clients, sessionId, publish, commit, close } = await setUp();
      const count = 15;
      const readers: Promise<Reader>[] = [];
      const join = async (by: GrpcClients, afterSeq?: number) => {
        const reader = new Reader({ honest: false });
        const request = { sessionId, partials: true, ...(afterSeq !== undefined && { afterSeq }) };
        for await (const update of by.conversation.watchSession(request)) {
          reader.hear(update);
          if (reader.seqs.at(-1) === count + 1) break;
        }
        return reader;
      };
      const late: Promise<unknown>[] = [];
      for (let i = 0; i < count; i++) {
        const id = crypto.randomUUID();
        const content = `message ${i} ${"äöü👋 and so on ".repeat(1 + (i % 5))}`;
        for (const { offset, text } of fragmentsOf(content)) {
          const by = clients[Math.random() < 0.5 ? 0 : 1];
          await publish(id, offset, text, by);
          if (Math.random() < 0.2) await publish(id, offset, text, by);
          if (Math.random() < 0.1) {
            readers.push(
              join(clients[Math.random() < 0.5 ? 0 : 1], Math.random() < 0.5 ? 0 : i + 1),
            );
          }
        }
        // What is still on its way when the message is committed, and what comes long after.
        for (let j = 0; j < 8; j++) {
          const straggle = async () => {
            await pause(Math.random() * 12);
            const offset = Math.random() < 0.3 ? 0 : content.length;
            await publish(id, offset, `late ${j}`, clients[j % 2]);
          };
          late.push(straggle().catch(() => {}));
        }
        await pause(Math.random() * 6);
        await commit(id, `${content}late 0late 1`, clients[i % 2]).catch(() => {});
      }
      await Promise.all(late);
      for (const reader of await Promise.all(readers)) {
        expect(reader.seqs).toEqual(
          Array.from({ length: reader.seqs.length }, (_, i) => count + 2 - reader.seqs.length + i),
        );
      }
      expect(readers.length).toBeGreaterThan(5);
      close();
    });
  });
}
