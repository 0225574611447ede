import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outage } from "./outage.ts";

describe("Outage", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("lasts until a probe succeeds, asked four times a second", async () => {
    let away = true;
    const probe = vi.fn(async () => {
      if (away) throw new Error("away");
    });
    const outage = new Outage(probe);
    expect(outage.lasts).toBe(false);
    outage.begin();
    outage.begin();
    await vi.advanceTimersByTimeAsync(1000);
    expect([outage.lasts, probe.mock.calls.length]).toEqual([true, 4]);
    away = false;
    await vi.advanceTimersByTimeAsync(250);
    expect([outage.lasts, probe.mock.calls.length]).toEqual([false, 5]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(probe).toHaveBeenCalledTimes(5);
  });

  it("does not ask twice at once, however slow the answer", async () => {
    const probe = vi.fn(() => new Promise<void>(() => {}));
    const outage = new Outage(probe);
    outage.begin();
    await vi.advanceTimersByTimeAsync(5000);
    expect(probe).toHaveBeenCalledTimes(1);
  });

  it("can end by itself, and begin again", async () => {
    const probe = vi.fn(async () => {
      throw new Error("away");
    });
    const outage = new Outage(probe);
    outage.begin();
    outage.end();
    await vi.advanceTimersByTimeAsync(1000);
    expect([outage.lasts, probe.mock.calls.length]).toEqual([false, 0]);
    outage.begin();
    await vi.advanceTimersByTimeAsync(250);
    expect([outage.lasts, probe.mock.calls.length]).toEqual([true, 1]);
    outage.end();
  });
});
