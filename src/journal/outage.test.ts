import { describe, expect, it } from "vitest";
import { unavailable } from "../domain/errors.ts";
import { Outage } from "./outage.ts";

function setUp() {
  let now = 1000;
  const journal = { away: true, pings: 0 };
  const ping = async () => {
    journal.pings++;
    if (journal.away) throw unavailable();
  };
  const outage = new Outage(ping, { now: () => new Date(now), monotonic: () => now });
  const advance = (ms: number) => {
    now += ms;
  };
  return { outage, journal, advance };
}

describe("Outage", () => {
  it("begins with a question that says the store is away, and with no other failure", async () => {
    const { outage } = setUp();
    await expect(outage.during(() => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
    expect(outage.lasts).toBe(false);
    await expect(outage.during(() => Promise.reject(unavailable()))).rejects.toThrow();
    expect(outage.lasts).toBe(true);
  });

  it("is probed four times a second, and only while it lasts", async () => {
    const { outage, journal, advance } = setUp();
    expect([outage.lasts, journal.pings]).toEqual([false, 0]);
    await outage.during(() => Promise.reject(unavailable())).catch(() => {});
    expect([outage.lasts, outage.lasts, journal.pings]).toEqual([true, true, 1]);
    advance(249);
    expect([outage.lasts, journal.pings]).toEqual([true, 1]);
    advance(1);
    journal.away = false;
    expect([outage.lasts, journal.pings]).toEqual([true, 2]);
    await new Promise(setImmediate);
    expect(outage.lasts).toBe(false);
  });
});
