import { describe, expect, it } from "vitest";
import { Alarm } from "./alarm.ts";

describe("Alarm", () => {
  it("keeps a ring for the next sleep, once", async () => {
    const alarm = new Alarm();
    alarm.ring();
    alarm.ring();
    expect(await alarm.sleep(1000)).toBe(true);
    expect(await alarm.sleep(1)).toBe(false);
  });

  it("wakes a sleeper", async () => {
    const alarm = new Alarm();
    const slept = alarm.sleep(10_000);
    alarm.ring();
    expect(await slept).toBe(true);
  });
});
