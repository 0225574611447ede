import { describe, expect, it } from "vitest";
import { DEFAULT_TAIL } from "../limits.ts";
import { Entries, type Entry } from "./entries.ts";
import { Tail } from "./tail.ts";

function entry(version: number, size = 0): Entry {
  const blob = new Uint8Array(size);
  return {
    uid: "u",
    version,
    asOf: 1,
    installed: 1,
    rewriteSeq: 0,
    blob,
    tail: new Tail(DEFAULT_TAIL),
  };
}

describe("Entries", () => {
  it("drops the least recently used ones, and says which", () => {
    const evicted: string[] = [];
    const entries = new Entries({ entries: 3, bytes: 1e9 }, (key) => evicted.push(key));
    for (const key of ["a", "b", "c"]) entries.put(key, entry(1));
    entries.use("a");
    entries.peek("b");
    entries.put("c", entry(2));
    entries.put("d", entry(1));
    entries.put("e", entry(1));
    expect(evicted).toEqual(["b", "a"]);
    expect(entries.use("c")?.version).toBe(2);
    expect(entries.use("b")).toBeUndefined();
  });

  it("keeps those that are used, however many others come", () => {
    const evicted: string[] = [];
    const entries = new Entries({ entries: 10, bytes: 1e9 }, (key) => evicted.push(key));
    for (let i = 0; i < 10; i++) entries.put(`k${i}`, entry(1));
    for (let i = 10; i < 200; i++) {
      for (const key of ["k0", "k1", "k2"]) expect(entries.use(key)).toBeDefined();
      entries.put(`k${i}`, entry(1));
    }
    expect(evicted).toHaveLength(190);
    expect(evicted.slice(0, 7)).toEqual(["k3", "k4", "k5", "k6", "k7", "k8", "k9"]);
  });

  it("keeps within its bytes, and counts an entry that was replaced once", () => {
    const evicted: string[] = [];
    const entries = new Entries({ entries: 100, bytes: 50_000 }, (key) => evicted.push(key));
    for (let i = 0; i < 20; i++) entries.put("same", entry(i, 10_000));
    expect(evicted).toEqual([]);
    for (let i = 0; i < 10; i++) entries.put(`k${i}`, entry(1, 10_000));
    expect(entries.bytes).toBeLessThanOrEqual(50_000);
    expect(evicted).toEqual(["same", "k0", "k1", "k2", "k3", "k4", "k5"]);
    entries.clear();
    expect(entries.bytes).toBe(0);
  });

  it("does not keep what alone is too much", () => {
    const evicted: string[] = [];
    const entries = new Entries({ entries: 100, bytes: 5_000 }, (key) => evicted.push(key));
    entries.put("big", entry(1, 10_000));
    expect(entries.use("big")).toBeUndefined();
    expect(evicted).toEqual(["big"]);
  });

  it("forgets one on demand", () => {
    const evicted: string[] = [];
    const entries = new Entries({ entries: 9, bytes: 1e9 }, (key) => evicted.push(key));
    entries.put("a", entry(1));
    entries.drop("a");
    entries.drop("a");
    expect(evicted).toEqual(["a"]);
    expect(entries.bytes).toBe(0);
  });
});
