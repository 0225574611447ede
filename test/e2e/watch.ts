import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PositionReason } from "../../gen/parley/v1/watch_pb.js";
import { rest, uniqueUser } from "../support/rest.ts";
import type { TestService } from "../support/service.ts";
import { sse } from "../support/sse.ts";
import { type GrpcClients, grpcClients } from "../support/writers.ts";

/** The servers of a test; writes go to the first, watchers sit on the last. */
export type Servers = readonly [TestService, ...TestService[]];

/** What a watcher may expect, in every home, whichever server is written to. */
export function watchSuite(name: string, open: () => Promise<Servers>): void {
  describe(`watching: ${name}`, () => {
    let servers: Servers;
    beforeAll(async () => {
      servers = await open();
    });
    afterAll(async () => {
      for (const server of servers) await server.close();
    });

    async function setUp(): Promise<Scene> {
      const user = uniqueUser();
      const writer = grpcClients(servers[0].url, user);
      const { session } = await writer.sessions.createSession({ title: "watched" });
      const sessionId = session?.sessionId ?? "";
      const watched = (servers.at(-1) ?? servers[0]).url;
      const url = `${watched}/api/v1/sessions/${sessionId}/watch`;
      const say = (content: string) =>
        writer.conversation.appendMessages({ sessionId, messages: [{ role: 1, content }] });
      return { user, writer, sessionId, watched, url, say };
    }

    it("shows messages over SSE as they are appended through gRPC", async () => {
      const { user, writer, url, say } = await setUp();
      const abort = new AbortController();
      const stream = sse(url, { "x-user-id": user }, abort.signal);
      const open = await stream.next();
      expect(open.value).toMatchObject({
        id: "1",
        data: { seq: 1, position: { reason: "open", version: 1 } },
      });
      for (const [i, content] of ["one", "two", "three"].entries()) {
        await say(content);
        const { value } = await stream.next();
        expect(value).toMatchObject({
          id: String(i + 2),
          data: { seq: i + 2, event: { type: "message", message: { role: "user", content } } },
        });
      }
      abort.abort();
      writer.close();
    });

    it("misses nothing and repeats nothing when a watcher comes back with Last-Event-ID", async () => {
      const { user, writer, url, say } = await setUp();
      const total = 60;
      const seen: number[] = [];
      const talk = (async () => {
        for (let i = 0; i < total; i++) await say(`m${i}`);
      })();
      for (let last = "1"; seen.length < total; ) {
        const abort = new AbortController();
        const stop = seen.length + 1 + Math.floor(Math.random() * 9);
        for await (const event of sse(
          url,
          { "x-user-id": user, "last-event-id": last },
          abort.signal,
        )) {
          last = event.id ?? last;
          if (event.data.event !== undefined) seen.push(event.data.seq);
          if (seen.length >= Math.min(stop, total)) break;
        }
        abort.abort();
      }
      await talk;
      expect(seen).toEqual(Array.from({ length: total }, (_, i) => i + 2));
      writer.close();
    });

    it("starts at the beginning, from a seq, or now, as asked", async () => {
      const { user, writer, url, say } = await setUp();
      await say("a");
      await say("b");
      const first = async (query: string, count: number) => {
        const abort = new AbortController();
        const events: number[] = [];
        for await (const { data } of sse(url + query, { "x-user-id": user }, abort.signal)) {
          events.push(data.event === undefined ? -data.seq : data.seq);
          if (events.length === count) break;
        }
        abort.abort();
        return events;
      };
      expect(await first("?after_seq=0", 4)).toEqual([-0, 1, 2, 3]);
      expect(await first("?after_seq=2", 2)).toEqual([-2, 3]);
      expect(await first("", 1)).toEqual([-3]);
      const beyond = await rest(new URL(url).origin, { "x-user-id": user }).get(
        `${new URL(url).pathname}?after_seq=99`,
      );
      expect(beyond).toMatchObject({ status: 400, body: { error: "invalid_argument" } });
      writer.close();
    });

    it("gives fifty watchers the same events, over gRPC, however late they come", async () => {
      const { user, writer, watched, sessionId, say } = await setUp();
      const readers = grpcClients(watched, user);
      const total = 100;
      const watch = async (delay: number) => {
        await pause(delay);
        const seqs: number[] = [];
        for await (const { update } of readers.conversation.watchSession({
          sessionId,
          afterSeq: 0,
        })) {
          if (update.case === "event") seqs.push(update.value.seq);
          if (seqs.length === total + 1) break;
        }
        return seqs;
      };
      const watchers = Array.from({ length: 50 }, (_, i) => watch(i * 5));
      for (let i = 0; i < total; i++) await say(`m${i}`);
      const expected = Array.from({ length: total + 1 }, (_, i) => i + 1);
      for (const seqs of await Promise.all(watchers)) expect(seqs).toEqual(expected);
      readers.close();
      writer.close();
    });

    it("ends with session_not_found when the session is deleted, after telling so", async () => {
      const { user, writer, url, sessionId } = await setUp();
      const abort = new AbortController();
      const stream = sse(url, { "x-user-id": user }, abort.signal);
      await stream.next();
      await writer.sessions.deleteSession({ sessionId });
      expect((await stream.next()).value.data.event.type).toBe("session_deleted");
      expect((await stream.next()).value).toMatchObject({
        event: "error",
        data: { error: expect.anything() },
      });
      expect((await stream.next()).done).toBe(true);
      writer.close();
    });

    it("leaves out kinds that are not asked for, and resumes among them", async () => {
      const { user, writer, url, sessionId, say } = await setUp();
      const note = (name: string) =>
        writer.conversation.appendEvents({ sessionId, events: [{ name }] });
      await say("one");
      await note("two");
      await say("three");
      const read = async (last: string, count: number) => {
        const abort = new AbortController();
        const headers = { "x-user-id": user, "last-event-id": last };
        const told: unknown[] = [];
        const query = "?kinds=agent_event&kinds=session_created&kinds=of_the_future";
        for await (const { id, data } of sse(url + query, headers, abort.signal)) {
          told.push([id, data.event?.type ?? data.position.reason]);
          if (told.length === count) break;
        }
        abort.abort();
        return told;
      };
      expect(await read("0", 3)).toEqual([
        ["0", "open"],
        ["1", "session_created"],
        ["3", "agent_event"],
      ]);
      await note("four");
      expect(await read("3", 2)).toEqual([
        ["3", "open"],
        ["5", "agent_event"],
      ]);
      writer.close();
    });

    it("writes NDJSON to who asks for it", async () => {
      const { user, url, say, writer } = await setUp();
      await say("x");
      const abort = new AbortController();
      const response = await fetch(`${url}?after_seq=1`, {
        headers: { "x-user-id": user, accept: "application/x-ndjson" },
        signal: abort.signal,
      });
      expect(response.headers.get("content-type")).toContain("application/x-ndjson");
      let text = "";
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (text.split("\n").length > 2) break;
      }
      const lines = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines[1]).toMatchObject({ seq: 2, event: { message: { content: "x" } } });
      abort.abort();
      writer.close();
    });

    it("tells watchers where to resume when the server stops, and they do on another", async () => {
      const { user, writer, sessionId, say } = await setUp();
      const last = servers.at(-1) ?? servers[0];
      const reader = grpcClients(last.url, user);
      await say("x");
      const stream = reader.conversation.watchSession({ sessionId, afterSeq: 0 });
      const reasons: unknown[] = [];
      let stopping: Promise<void> | undefined;
      for await (const { seq, update } of stream) {
        if (update.case === "position") reasons.push([update.value.reason, seq]);
        if (update.case === "event" && seq === 2) stopping = last.close();
      }
      await stopping;
      expect(reasons).toEqual([
        [PositionReason.OPEN, 0],
        [PositionReason.CLOSING, 2],
      ]);
      reader.close();
      if (servers.length > 1) {
        await say("y");
        const resumed = writer.conversation.watchSession({ sessionId, afterSeq: 2 });
        const seqs: number[] = [];
        for await (const { seq, update } of resumed) {
          if (update.case === "event") seqs.push(seq);
          if (seqs.length === 1) await say("z");
          if (seqs.length === 2) break;
        }
        expect(seqs).toEqual([3, 4]);
      }
      writer.close();
    });
  });
}

interface Scene {
  readonly user: string;
  readonly writer: GrpcClients;
  readonly sessionId: string;
  readonly watched: string;
  readonly url: string;
  say(content: string): Promise<unknown>;
}
