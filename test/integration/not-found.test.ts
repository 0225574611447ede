import { afterAll, beforeAll, expect, it } from "vitest";
import { MeteredService } from "../support/metered-service.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { describeWithServices } from "../support/services.ts";

/** Ids of one length, so that bytes can be compared. */
const id = () => crypto.randomUUID();

// Whether there is a session can be told neither by the answer nor by what the answer costs: the
// same statements, commands and rows. How long that takes is printed by `bench/not-found.ts`.
describeWithServices("a session that is another's", () => {
  let service: MeteredService;
  let client: RestClient;
  const foreign = id();
  const shared = id();

  beforeAll(async () => {
    service = await MeteredService.start();
    const owner = rest(service.url, { "x-user-id": uniqueUser() });
    client = rest(service.url, { "x-user-id": uniqueUser() });
    const context = { large: "x".repeat(100_000) };
    for (const session_id of [foreign, shared]) {
      expect((await owner.post("/api/v1/sessions", { session_id, context })).status).toBe(201);
    }
    await owner.post(`/api/v1/sessions/${shared}/share`, { recipients: ["somebody"] });
  });
  afterAll(() => service.close());

  type Ask = (path: string) => ReturnType<RestClient["get"]>;
  it.each<[string, Ask]>([
    ["a read", (path) => client.get(path)],
    ["a strong read", (path) => client.get(`${path}?consistency=strong`)],
    ["its messages", (path) => client.get(`${path}/messages`)],
    ["an append", (path) => client.post(`${path}/messages`, { messages: [user("hello")] })],
    ["its deletion", (path) => client.delete(path)],
    ["a watch", (path) => client.get(`${path}/watch`)],
    ["whether it exists", (path) => client.get(`${path}/exists`)],
  ])("is what an unknown one is, in words and in cost: %s", async (_, ask) => {
    const seen = async (sessionId: string) => {
      const path = `/api/v1/sessions/${sessionId}`;
      const { status, body } = await ask(path);
      const { postgres, redis } = await service.costOf(async () => {
        await ask(path);
      });
      return { status, body: { ...body, timestamp: "" }, postgres, redis };
    };
    const unknown = await seen(id());
    expect(await seen(foreign)).toEqual(unknown);
    expect(await seen(shared)).toEqual(unknown);
  });
});

function user(content: string) {
  return { role: "user", content };
}
