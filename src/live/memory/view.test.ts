import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import type { Moment } from "../port.ts";
import { openMemoryView } from "./open.ts";

const key = (sessionId: string) => ({ tenantId: "t", userId: "u", sessionId });

function copy(sessionId: string, version: number, asOf: Moment) {
  const session = { ...key(sessionId), version };
  return { head: create(HeadSchema, { uid: sessionId, session }), asOf, events: [] };
}

describe("a memory view that is full", () => {
  const open = () =>
    openMemoryView({ boundMs: Number.POSITIVE_INFINITY, limits: { entries: 2, bytes: 1e6 } });

  it("does not take a copy for fresh that was asked for before it forgot a newer one", async () => {
    const view = open();
    const late = view.lastMoment();
    await view.install(copy("a", 2, view.lastMoment()));
    for (const other of ["b", "c"]) await view.install(copy(other, 1, view.lastMoment()));
    expect((await view.read(key("a"), {})).head).toBeUndefined();

    await view.install(copy("a", 1, late));
    expect(await view.read(key("a"), {})).toMatchObject({ fresh: false });
    await view.install(copy("a", 2, (await view.read(key("a"), {})).moment));
    const glance = await view.read(key("a"), {});
    expect(glance.fresh).toBe(true);
    expect(glance.head?.session?.version).toBe(2);
  });

  it("still trusts most of what was asked for while it forgot something else", async () => {
    const view = open();
    let fresh = 0;
    for (let i = 0; i < 100; i++) {
      const asOf = view.lastMoment();
      await view.install(copy(`other-${i}`, 1, view.lastMoment()));
      await view.install(copy(`this-${i}`, 1, asOf));
      if ((await view.read(key(`this-${i}`), {})).fresh) fresh++;
    }
    expect(fresh).toBeGreaterThan(90);
  });

  it("keeps what is read", async () => {
    const view = open();
    await view.install(copy("a", 1, view.lastMoment()));
    for (let i = 0; i < 5; i++) {
      await view.read(key("a"), {});
      await view.install(copy(`b${i}`, 1, view.lastMoment()));
    }
    expect((await view.read(key("a"), {})).fresh).toBe(true);
  });
});

describe("openMemoryView", () => {
  it.each([0, -1, Number.NaN])("refuses a bound of %d", (boundMs) => {
    expect(() => openMemoryView({ boundMs })).toThrow(RangeError);
  });
});
