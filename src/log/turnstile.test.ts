import { describe, expect, it } from "vitest";
import { Turnstile } from "./turnstile.ts";

describe("Turnstile", () => {
  it("lets one caller of a key through at a time, in order, past those who fail", async () => {
    const turnstile = new Turnstile();
    const steps: string[] = [];
    const step = (name: string, fails = false) =>
      turnstile.pass("key", async () => {
        steps.push(`${name} in`);
        await new Promise(setImmediate);
        steps.push(`${name} out`);
        if (fails) throw new Error(name);
      });
    await Promise.allSettled([step("a"), step("b", true), step("c")]);
    expect(steps).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  });

  it("does not make one key wait for another", async () => {
    const turnstile = new Turnstile();
    const never = turnstile.pass("stuck", () => new Promise(() => {}));
    expect(await turnstile.pass("free", async () => "through")).toBe("through");
    void never;
  });
});
