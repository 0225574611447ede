import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { PartialText } from "./partial-text.ts";
import { refused } from "./testing/scripted-service.ts";

type Fragment = [offset: number, text: string];

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** @param ends what the first fragments are answered; the others are taken as they are */
function telling(...ends: (number | (() => never))[]) {
  const told: Fragment[] = [];
  const partials = new PartialText(async (offset, text) => {
    told.push([offset, text]);
    const end = ends.shift() ?? offset + text.length;
    return typeof end === "number" ? end : end();
  });
  return { partials, told };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("fragments", () => {
  it("begin at once, and come together when they follow within 30 ms", async () => {
    const { partials, told } = telling();
    for (const token of ["The", " answer", " is", " 42"]) {
      partials.add(token);
      await pass(10);
    }
    await pass(30);
    expect(told).toEqual([
      [0, "The"],
      [3, " answer is"],
      [13, " 42"],
    ]);
    await pass(1_000);
    expect(told).toHaveLength(3);
  });

  it("of 1,024 units do not wait", async () => {
    const { partials, told } = telling();
    partials.add("a");
    await pass(1);
    partials.add("b".repeat(1_024));
    expect(told.map(([offset, text]) => [offset, text.length])).toEqual([
      [0, 1],
      [1, 1_024],
    ]);
  });

  it("go one after the other, however long one takes", async () => {
    const open: (() => void)[] = [];
    const told: Fragment[] = [];
    const partials = new PartialText((offset, text) => {
      told.push([offset, text]);
      return new Promise((resolve) => open.push(() => resolve(offset + text.length)));
    });
    partials.add("slow");
    for (let i = 0; i < 5; i++) {
      partials.add("b".repeat(1_000));
      await pass(100);
    }
    expect(told).toHaveLength(1);
    open[0]?.();
    await pass(0);
    expect(told.map(([offset, text]) => [offset, text.length])).toEqual([
      [0, 4],
      [4, 5_000],
    ]);
  });

  it("have at most 65,536 bytes and whole characters", async () => {
    const { partials, told } = telling();
    partials.add("馬".repeat(30_000) + "🐎".repeat(30_000));
    await pass(1_000);
    for (const [, text] of told) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
      expect(text.isWellFormed()).toBe(true);
    }
    expect(told.map(([, text]) => text).join("")).toBe(partials.text);
    expect(told.at(-1)?.[0]).toBe(partials.text.length - (told.at(-1)?.[1].length ?? 0));
  });

  it("wait for the second half of a character", async () => {
    const { partials, told } = telling();
    partials.add("\ud83d");
    await pass(1_000);
    expect(told).toEqual([]);
    partials.add("\udc0e!");
    await pass(30);
    expect(told).toEqual([[0, "🐎!"]]);
  });

  it("end with the message", async () => {
    const { partials, told } = telling();
    partials.add("a");
    partials.add("b");
    partials.end();
    await pass(1_000);
    expect(told).toEqual([[0, "a"]]);
    expect(partials.text).toBe("ab");
  });
});

describe("what got lost", () => {
  it("is told from the start again, after a second, where watchers have nothing", async () => {
    const { partials, told } = telling(3, 0);
    partials.add("one");
    await pass(30);
    partials.add("two");
    await pass(30);
    partials.add("three");
    await pass(900);
    expect(told).toHaveLength(2);
    await pass(100);
    expect(told.at(-1)).toEqual([0, "onetwothree"]);
    partials.add("!");
    await pass(30);
    expect(told.at(-1)).toEqual([11, "!"]);
  });

  it("or where there is a gap", async () => {
    const { partials, told } = telling(3, refused(Code.Aborted, "partial_gap"));
    partials.add("one");
    await pass(30);
    partials.add("two");
    await pass(1_000);
    expect(told.at(-1)).toEqual([0, "onetwo"]);
  });

  it("goes with the next ones where the server was away", async () => {
    const { partials, told } = telling(3, refused(Code.Unavailable));
    partials.add("one");
    await pass(30);
    partials.add("two");
    await pass(500);
    partials.add("three");
    await pass(500);
    expect(told.at(-1)).toEqual([3, "twothree"]);
  });

  it("is given up where fragments are refused for good", async () => {
    const { partials, told } = telling(() => {
      throw new ConnectError("too long", Code.ResourceExhausted);
    });
    partials.add("one");
    await pass(30);
    partials.add("two");
    await pass(10_000);
    expect(told).toHaveLength(1);
  });
});
