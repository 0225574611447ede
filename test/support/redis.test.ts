import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { redisKeyPrefix, redisUrl, startRedis } from "./redis.ts";
import type { RedisServer } from "./redis-server.ts";
import { describeWithServices } from "./services.ts";

describeWithServices("the shared Redis", () => {
  it("answers, and keeps the keys of two prefixes apart", async () => {
    const [one, two] = [redisKeyPrefix(), redisKeyPrefix()].map(
      (keyPrefix) => new Redis(redisUrl(), { keyPrefix }),
    ) as [Redis, Redis];
    await one.set("key", "of one", "EX", 60);
    expect(await one.get("key")).toBe("of one");
    expect(await two.get("key")).toBeNull();
    one.disconnect();
    two.disconnect();
  });
});

describeWithServices("a Redis of one's own", () => {
  let server: RedisServer;
  let client: Redis;

  beforeEach(async () => {
    server = await startRedis();
    client = new Redis(server.url);
    client.on("error", () => {}); // expected: these tests take the server away
  });
  afterEach(async () => {
    client.disconnect();
    await server.stop();
  });

  it("forgets everything when it is killed, and comes back on the same port", async () => {
    await client.set("key", "value");
    await server.kill();
    expect(server.running).toBe(false);
    await server.restart();
    expect(await client.get("key")).toBeNull();
  });

  it("does not answer while it is paused, and answers afterwards", async () => {
    await client.ping();
    server.pause();
    let answered = false;
    const answer = client.ping().then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    server.resume();
    await answer;
    expect(answered).toBe(true);
  });

  it("comes back with an older dump", async () => {
    await client.set("key", "old");
    const dump = await server.saveDump();
    await client.set("key", "new");
    await server.restart(dump);
    expect(await client.get("key")).toBe("old");
    await server.restart("nothing");
    expect(await client.get("key")).toBeNull();
  });

  it.each([{ appendonly: true }, { save: "3600 1" }])("keeps its data with %o", async (options) => {
    const lasting = await startRedis(options);
    const writer = new Redis(lasting.url);
    writer.on("error", () => {}); // expected, as above
    await writer.set("key", "value");
    if (options.save) await lasting.saveDump();
    await lasting.restart();
    expect(await writer.get("key")).toBe("value");
    writer.disconnect();
    await lasting.stop();
  });
});
