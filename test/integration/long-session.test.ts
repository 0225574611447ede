import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgresJournal } from "../../src/journal/index.ts";
import { lengthen } from "../support/long-session.ts";
import { MeteredService } from "../support/metered-service.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { describeWithServices } from "../support/services.ts";
import { sse } from "../support/sse.ts";

const SHORT = 100;
const LONG = 100_000;

describeWithServices("a session of 100,000 events", () => {
  let service: MeteredService;
  let client: RestClient;
  const user = uniqueUser();
  const ids = new Map<number, string>();

  beforeAll(async () => {
    service = await MeteredService.start();
    client = rest(service.url, { "x-user-id": user });
    const journal = await openPostgresJournal({ url: service.database.url });
    for (const events of [SHORT, LONG]) {
      const { body } = await client.post("/api/v1/sessions", { context: { n: 0 } });
      ids.set(events, body.session_id);
      await lengthen(journal, { userId: user, sessionId: body.session_id, events });
    }
    await journal.close();
  }, 120_000);

  afterAll(() => service.close());

  const costOf = (work: (path: string, events: number) => Promise<void>, events: number) =>
    service.costOf(() => work(`/api/v1/sessions/${ids.get(events)}`, events));

  it.each<[string, (path: string, events: number) => Promise<void>]>([
    [
      "an append",
      async (path) => {
        const messages = [{ role: "assistant", content: "one more" }];
        expect((await client.post(`${path}/messages`, { messages })).status).toBe(201);
      },
    ],
    [
      "the last 20 messages",
      async (path) => {
        const { body } = await client.get(`${path}/messages?last=20`);
        expect(body.messages).toHaveLength(20);
      },
    ],
    [
      "the last 20 messages, strong",
      async (path) => {
        const { body } = await client.get(`${path}/messages?last=20&consistency=strong`);
        expect(body.messages).toHaveLength(20);
      },
    ],
    [
      "a page of turns",
      async (path) => {
        const { body } = await client.get(`${path}/turns?limit=10`);
        expect(body.items).toHaveLength(10);
      },
    ],
    [
      "a page of turns from the middle",
      async (path, events) => {
        const { body } = await client.get(`${path}/turns?limit=10&offset=${events / 20}`);
        expect(body.items).toHaveLength(10);
      },
    ],
    [
      "the state at a seq",
      async (path, events) => {
        const { status, body } = await client.get(`${path}/state?at_seq=${events / 2}`);
        expect([status, body.seq]).toEqual([200, events / 2]);
      },
    ],
    [
      "the start of a watch",
      async (path) => {
        const leave = new AbortController();
        const url = `${service.url}${path}/watch`;
        for await (const { data } of sse(url, { "x-user-id": user }, leave.signal)) {
          expect(data.position.reason).toBe("open");
          break;
        }
        leave.abort();
      },
    ],
  ])("costs what one of 100 costs: %s", async (_, work) => {
    const short = await costOf(work, SHORT);
    const long = await costOf(work, LONG);
    for (const store of ["postgres", "redis"] as const) {
      expect(long[store].requests).toBeLessThanOrEqual(short[store].requests);
      // A state of the past is a remembered one and the events since, of which a short log has fewer.
      expect(long[store].rows).toBeLessThanOrEqual(short[store].rows + 2);
      // Greater numbers are longer by a few digits each.
      expect(long[store].bytes).toBeLessThan(short[store].bytes * 1.05 + 1024);
    }
  });
});
