import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRedisView } from "../../src/live/index.ts";
import type { LiveView } from "../../src/live/port.ts";
import { look, momentOf, ToySession } from "../contract/live-session.ts";
import { Diary } from "../contract/live-wake-ups.ts";
import { Daemon } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { describeWithServices, services } from "../support/services.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** One of two nodes that share the slots: a script that leaves its slot fails on either. */
interface Node {
  readonly port: number;
  readonly folder: string;
  readonly daemon: Daemon;
  readonly admin: Redis;
}

async function startNode(): Promise<Node> {
  const port = await freePort();
  const folder = temporaryFolder("redis-cluster");
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    "cluster-enabled": "yes",
    "cluster-port": await freePort(),
    "cluster-announce-ip": "127.0.0.1",
    "cluster-node-timeout": 2_000,
    "cluster-require-full-coverage": "no",
  };
  const daemon = await Daemon.start({
    command: services().executables.redis,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    logFile: join(folder, "redis.log"),
  });
  const admin = new Redis(port);
  admin.on("error", () => {}); // it is asked before it listens
  await daemon.waitUntil(async () => (await admin.ping()) === "PONG");
  return { port, folder, daemon, admin };
}

async function isWhole(admin: Redis): Promise<boolean> {
  const info = String(await admin.cluster("INFO"));
  return info.includes("cluster_state:ok") && info.includes("cluster_slots_ok:16384");
}

describeWithServices("live view on a Redis Cluster", () => {
  let nodes: Node[] = [];
  let view: LiveView;
  let another: LiveView;

  beforeAll(async () => {
    const [left, right] = [await startNode(), await startNode()];
    nodes = [left, right];
    await left.admin.call("CLUSTER", "ADDSLOTSRANGE", 0, 8_191);
    await right.admin.call("CLUSTER", "ADDSLOTSRANGE", 8_192, 16_383);
    const busPort = (await right.admin.config("GET", "cluster-port")) as string[];
    await left.admin.call("CLUSTER", "MEET", "127.0.0.1", right.port, busPort[1]!);
    for (const { admin, daemon } of nodes) await daemon.waitUntil(() => isWhole(admin));
    const redis = `redis://127.0.0.1:${left.port}?cluster=true`;
    view = await openRedisView({
      redis,
      boundMs: 10_000,
      readLimitMs: 2_000,
      installLimitMs: 2_000,
    });
    another = await openRedisView({
      redis,
      boundMs: 10_000,
      readLimitMs: 2_000,
      installLimitMs: 2_000,
    });
  });

  afterAll(async () => {
    await Promise.all([view?.close(), another?.close()]);
    for (const { admin, daemon, folder } of nodes) {
      admin.disconnect();
      await daemon.end("SIGKILL");
      removeFolder(folder);
    }
  });

  it("installs, reads and wakes wherever a session lies", async () => {
    const sessions = Array.from({ length: 20 }, () => new ToySession());
    const asOf = await momentOf(view);
    for (const session of sessions) {
      const diary = new Diary();
      const subscription = await another.subscribe(session.key, diary);
      await view.install(session.copy(2, asOf, { events: session.events(1, 2) }));
      await diary.heard(`${session.uid}:2`);
      const expected = { title: "at 2", fresh: true, events: ["event 1", "event 2"] };
      expect(await look(another, session.key, 0)).toEqual(expected);
      await subscription.close();
    }
    const sizes = await Promise.all(nodes.map(({ admin }) => admin.dbsize()));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(sizes[0]! + sizes[1]!).toBe(2 * sessions.length);
  });

  it("hears again after its connections were cut", async () => {
    const session = new ToySession();
    const diary = new Diary();
    await view.subscribe(session.key, diary);
    for (const { admin } of nodes) await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
    await diary.heard("lost");
    await another.install(session.copy(1, undefined));
    await diary.heard(`${session.uid}:1`);
  });
});
