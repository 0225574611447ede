import { ReplyError } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveViewAway } from "../port.ts";
import { Gate, withinTime } from "./gate.ts";

const never = () => new Promise<never>(() => {});

describe("Gate", () => {
  let probe: () => Promise<void>;
  let probes = 0;
  let gate: Gate;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate"] });
    probes = 0;
    probe = async () => {};
    gate = new Gate({
      probeEveryMs: 200,
      probe: () => {
        probes++;
        return probe();
      },
    });
  });
  afterEach(() => {
    gate.close();
    vi.useRealTimers();
  });

  /** Runs into the time limit of 50 ms. */
  async function stall(): Promise<void> {
    const outcome = expect(gate.pass(50, never)).rejects.toThrow(LiveViewAway);
    await vi.advanceTimersByTimeAsync(51);
    await outcome;
  }

  it("lets answers through", async () => {
    expect(await gate.pass(50, async () => "answer")).toBe("answer");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("after a time-out refuses at once, without asking", async () => {
    await stall();
    const command = vi.fn(async () => {});
    await expect(gate.pass(50, command)).rejects.toThrow(LiveViewAway);
    expect(command).not.toHaveBeenCalled();
  });

  it("opens once a probe was answered, and not before", async () => {
    probe = never;
    await stall();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(probes).toBeGreaterThan(3);
    await expect(gate.pass(50, async () => "answer")).rejects.toThrow(LiveViewAway);
    probe = async () => {};
    await vi.advanceTimersByTimeAsync(600);
    expect(await gate.pass(50, async () => "answer")).toBe("answer");
    const asked = probes;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(probes).toBe(asked);
  });

  it("probes at once when told to", async () => {
    await stall();
    gate.probeNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(await gate.pass(50, async () => "answer")).toBe("answer");
  });

  it("shuts for a failed connection, not for an error Redis answered with", async () => {
    const refuse = async () => {
      throw new ReplyError("OOM command not allowed");
    };
    await expect(gate.pass(50, refuse)).rejects.toThrow(LiveViewAway);
    expect(await gate.pass(50, async () => "answer")).toBe("answer");
    const fail = async () => {
      throw new Error("Connection is closed.");
    };
    await expect(gate.pass(50, fail)).rejects.toMatchObject({
      name: "LiveViewAway",
      cause: { message: "Connection is closed." },
    });
    await expect(gate.pass(50, async () => "answer")).rejects.toThrow(LiveViewAway);
  });

  it("closed: refuses, and has no timer left", async () => {
    probe = never;
    await stall();
    await vi.advanceTimersByTimeAsync(250);
    gate.close();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(vi.getTimerCount()).toBe(0);
    await expect(gate.pass(50, async () => "answer")).rejects.toThrow(LiveViewAway);
  });
});

describe("withinTime", () => {
  it("prefers an answer that is already there over the timer that is due", async () => {
    const answer = new Promise((resolve) => setTimeout(() => setImmediate(resolve, "answer"), 5));
    const outcome = withinTime(5, answer);
    const blockedUntil = performance.now() + 20;
    while (performance.now() < blockedUntil);
    expect(await outcome).toBe("answer");
  });
});
