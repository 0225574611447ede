import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { Copy, Glance, LiveView, Moment } from "../live/port.ts";
import { CoherentView } from "./coherent-view.ts";

const KEY = { tenantId: "t", userId: "u", sessionId: "s" };
const STALENESS_MS = 2000;

function copy(version: number, asOf = 0): Copy {
  const head = create(HeadSchema, {
    uid: "u",
    session: { ...KEY, version },
  });
  const event = { seq: version, turn: 1, bytes: new Uint8Array() };
  return { head, asOf: asOf as Moment, events: [event] };
}

/** A view whose installations end when the test says so. */
function setUp() {
  const installs: { copy: Copy; settle: PromiseWithResolvers<void> }[] = [];
  let now = 0;
  const live: LiveView = {
    lastMoment: () => 0 as Moment,
    read: async () => ({ fresh: true }) as Glance,
    install: (offered) => {
      const settle = Promise.withResolvers<void>();
      installs.push({ copy: offered, settle });
      return settle.promise;
    },
    subscribe: async () => ({ close: async () => {} }),
    publish: async () => ({ kind: "unknown" }),
    readOpenMessage: async () => undefined,
    closeMessages: async () => {},
    takeTokens: () => ({ admitted: true, standings: [] }),
    forget: async () => {},
    lifeMs: 3_600_000,
    ping: async () => {},
    close: async () => {},
  };
  const clock = { now: () => new Date(now), monotonic: () => now };
  return {
    view: new CoherentView(live, clock, STALENESS_MS),
    installs,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe("CoherentView", () => {
  it("joins the copies that come while one is on its way into one installation", async () => {
    const { view, installs } = setUp();
    const offers = [1, 2, 3, 4].map((version) => view.offer(copy(version)));
    expect(installs).toHaveLength(1);
    installs[0]?.settle.resolve();
    await offers[0];
    expect(installs).toHaveLength(2);
    const joined = installs[1]?.copy;
    expect(joined?.head.session?.version).toBe(4);
    expect(joined?.events.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    installs[1]?.settle.resolve();
    await Promise.all(offers);
  });

  it("does not join events that do not follow one another", async () => {
    const { view, installs } = setUp();
    const offers = [1, 2, 9].map((version) => view.offer(copy(version)));
    installs[0]?.settle.resolve();
    await offers[0];
    expect(installs[1]?.copy.events.map(({ seq }) => seq)).toEqual([9]);
    installs[1]?.settle.resolve();
    await Promise.all(offers);
  });

  it("does not join events from before a redaction to its head", async () => {
    const { view, installs } = setUp();
    const redaction = copy(3);
    redaction.head.rewriteSeq = 3;
    const offers = [copy(1), copy(2), redaction].map((one) => view.offer(one));
    installs[0]?.settle.resolve();
    await offers[0];
    expect(installs[1]?.copy.head.rewriteSeq).toBe(3);
    expect(installs[1]?.copy.events.map(({ seq }) => seq)).toEqual([3]);
    installs[1]?.settle.resolve();
    await Promise.all(offers);
  });

  it("does not believe a session whose installation failed, until the bound has passed", async () => {
    const { view, installs, advance } = setUp();
    const offer = view.offer(copy(1));
    installs[0]?.settle.reject(new Error("away"));
    await offer;
    expect(await view.glance(KEY, {})).toEqual({ fresh: false });
    advance(STALENESS_MS - 1);
    expect(await view.glance(KEY, {})).toEqual({ fresh: false });
    advance(1);
    expect(await view.glance(KEY, {})).toEqual({ fresh: true });
  });

  it("waits 50 ms for an installation, then answers without it", async () => {
    const { view, installs } = setUp();
    const began = performance.now();
    await view.offer(copy(1));
    expect(performance.now() - began).toBeGreaterThanOrEqual(45);
    expect(await view.glance(KEY, {})).toEqual({ fresh: false });
    installs[0]?.settle.resolve();
  });

  it("believes again as soon as that version or a newer one is in", async () => {
    const { view, installs } = setUp();
    const failed = view.offer(copy(5));
    installs[0]?.settle.reject(new Error("away"));
    await failed;
    const older = view.offer(copy(4));
    installs[1]?.settle.resolve();
    await older;
    expect(await view.glance(KEY, {})).toEqual({ fresh: false });
    const same = view.offer(copy(5));
    installs[2]?.settle.resolve();
    await same;
    expect(await view.glance(KEY, {})).toEqual({ fresh: true });
  });
});
