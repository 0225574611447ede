import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Alarm } from "./alarm.ts";

describe("Alarm", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Says when a sleep is over. */
  function sleep(alarm: Alarm, atMostMs: number): { over: boolean } {
    const state = { over: false };
    void alarm.sleep(atMostMs).then(() => {
      state.over = true;
    });
    return state;
  }

  it("keeps a ring for the next sleep, once", async () => {
    const alarm = new Alarm();
    alarm.ring();
    alarm.ring();
    await alarm.sleep(1000);
    const second = sleep(alarm, 1000);
    await vi.advanceTimersByTimeAsync(999);
    expect(second.over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(second.over).toBe(true);
  });

  it("wakes a sleeper, and leaves no timer behind", async () => {
    const alarm = new Alarm();
    const slept = sleep(alarm, 10_000);
    alarm.ring();
    await vi.advanceTimersByTimeAsync(0);
    expect(slept.over).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
