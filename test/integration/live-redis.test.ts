import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRedisView } from "../../src/live/index.ts";
import { sessionKeys } from "../../src/live/keys.ts";
import type { LiveView } from "../../src/live/port.ts";
import { look, momentOf, ToySession } from "../contract/live-session.ts";
import { Diary } from "../contract/live-wake-ups.ts";
import { freePort } from "../support/free-port.ts";
import { startRedis } from "../support/redis.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { describeWithServices } from "../support/services.ts";

const BOUND_MS = 400;

describeWithServices("live view on a Redis of its own", () => {
  let server: RedisServer;
  let admin: Redis;
  let view: LiveView;

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.port);
    view = await openRedisView({
      redis: server.url,
      prefix: "p:",
      boundMs: BOUND_MS,
      readLimitMs: 400,
      installLimitMs: 400,
    });
  });
  afterAll(async () => {
    await view.close();
    admin.disconnect();
    await server.stop();
  });

  async function installed(): Promise<ToySession> {
    const session = new ToySession();
    const events = session.events(1, 1);
    await view.install(session.copy(1, await momentOf(view), { events }));
    return session;
  }

  it("keeps its keys an hour", async () => {
    const { key } = await installed();
    const keys = sessionKeys("p:", key);
    for (const name of [keys.head, keys.tail]) {
      expect(await admin.pttl(name)).toBeGreaterThan(3_500_000);
    }
  });

  it("keeps its keys twice the bound, whatever the residency", async () => {
    const brief = await openRedisView({
      redis: server.url,
      prefix: "b:",
      boundMs: 5_000,
      residencyMs: 1,
    });
    const session = new ToySession();
    await brief.install(session.copy(1, undefined));
    expect(await admin.pttl(sessionKeys("b:", session.key).head)).toBeGreaterThan(9_000);
    await brief.close();
  });

  it("does not mind when the server has forgotten the scripts", async () => {
    const session = await installed();
    await admin.script("FLUSH");
    expect((await look(view, session.key, 0)).events).toEqual(["event 1"]);
    await admin.script("FLUSH");
    await view.install(session.copy(2, undefined));
    expect((await look(view, session.key)).title).toBe("at 2");
  });

  it("takes what it did not write for nothing, and writes over it", async () => {
    const session = new ToySession();
    const { head } = sessionKeys("p:", session.key);
    const broken = `${session.uid} 9 0 9999999999999 0 0\n`;
    for (const value of ["", "junk", Buffer.concat([Buffer.from(broken), Buffer.from([0xff])])]) {
      await admin.set(head, value);
      expect(await look(view, session.key, 0)).toMatchObject({ title: undefined, fresh: false });
    }
    await admin.set(head, "junk");
    await view.install(session.copy(1, await momentOf(view)));
    expect(await look(view, session.key)).toMatchObject({ title: "at 1", fresh: true });
  });

  it("does not believe a held stamp of another clock, and lets the same version replace it", async () => {
    const session = await installed();
    const { head } = sessionKeys("p:", session.key);
    const value = await admin.getBuffer(head);
    const blob = value!.subarray(value!.indexOf(10));
    const ahead = Date.now() + 60_000; // of a server whose clock is a minute ahead
    const header = `${session.uid} 1 0 ${ahead} ${ahead} ${ahead}`;
    await admin.set(head, Buffer.concat([Buffer.from(header), blob]));
    expect(await look(view, session.key)).toMatchObject({ title: "at 1", fresh: false });
    await view.install(session.copy(1, await momentOf(view), { title: "of this clock" }));
    expect(await look(view, session.key)).toMatchObject({ title: "of this clock", fresh: true });
  });

  it("subscribes once however many listen, and leaves with the last", async () => {
    const session = new ToySession();
    const { wake } = sessionKeys("p:", session.key);
    const subscribers = async () => (await admin.call("PUBSUB", "SHARDNUMSUB", wake)) as unknown[];
    const both = await Promise.all([
      view.subscribe(session.key, new Diary()),
      view.subscribe(session.key, new Diary()),
    ]);
    expect(await subscribers()).toEqual([wake, 1]);
    await both[0].close();
    expect(await subscribers()).toEqual([wake, 1]);
    await both[1].close();
    expect(await subscribers()).toEqual([wake, 0]);
  });

  it("knows a moment younger than half the bound while nothing happens", async () => {
    await view.ping();
    const before = view.lastMoment()!;
    await new Promise((resolve) => setTimeout(resolve, 3 * BOUND_MS));
    expect(view.lastMoment()! - before).toBeGreaterThan(2 * BOUND_MS);
  });

  it("a lost connection: is back within a second, and tells who listens", async () => {
    const session = await installed();
    const diary = new Diary();
    const subscription = await view.subscribe(session.key, diary);
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
    const began = performance.now();
    await expect.poll(() => view.ping().then(() => "back", String), { interval: 10 }).toBe("back");
    expect(performance.now() - began).toBeLessThan(1_000);
    await diary.heard("lost");
    expect((await look(view, session.key)).title).toBe("at 1");
    await subscription.close();
  });

  it("a master that became a replica: refuses, looks for the master, goes on with it", async () => {
    const session = await installed();
    await admin.replicaof("127.0.0.1", "1");
    await expect(view.install(session.copy(2, undefined))).rejects.toThrow("cannot be reached");
    await admin.replicaof("NO", "ONE");
    const install = () => view.install(session.copy(2, undefined)).then(() => "done", String);
    await expect.poll(install, { timeout: 3_000 }).toBe("done");
    expect((await look(view, session.key)).title).toBe("at 2");
  });

  it("is opened without a Redis, and works once there is one", async () => {
    const port = await freePort();
    const began = performance.now();
    const early = await openRedisView({ redis: `redis://127.0.0.1:${port}` });
    expect(performance.now() - began).toBeLessThan(3_000);
    await expect(early.ping()).rejects.toThrow("cannot be reached");
    expect(early.lastMoment()).toBeUndefined();
    const late = await startRedis({ port });
    await expect
      .poll(() => early.ping().then(() => "there", String), { timeout: 5_000 })
      .toBe("there");
    const diary = new Diary();
    const session = new ToySession();
    await expect
      .poll(() => early.subscribe(session.key, diary).then(() => "there", String), {
        timeout: 5_000,
      })
      .toBe("there");
    await early.install(session.copy(1, undefined));
    await diary.heard(`${session.uid}:1`);
    await early.close();
    await late.stop();
  });
});
