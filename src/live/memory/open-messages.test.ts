import { describe, expect, it } from "vitest";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { OpenMessages } from "./open-messages.ts";

function open(limits: { units: number; sessions: number }) {
  let now = 0;
  const messages = new OpenMessages({ silenceMs: 1000, milliseconds: () => now, limits });
  const take = (name: string, text: string, offset = 0) =>
    messages.take(name, "uid", 1, { messageId: "m", role: Role.ASSISTANT, offset, text });
  const texts = (...names: string[]) => names.map((name) => messages.read(name, "uid")?.text);
  const pass = (ms: number) => {
    now += ms;
  };
  return { messages, take, texts, pass };
}

describe("OpenMessages", () => {
  it("drops what nothing was heard of for longest where there is too much text", () => {
    const { take, texts } = open({ units: 100, sessions: 10 });
    take("a", "x".repeat(40));
    take("b", "x".repeat(40));
    take("a", "y", 40);
    take("c", "x".repeat(40));
    expect(texts("a", "b", "c")).toEqual([`${"x".repeat(40)}y`, undefined, "x".repeat(40)]);
  });

  it("drops it where there are too many sessions", () => {
    const { take, texts } = open({ units: 100, sessions: 2 });
    for (const name of ["a", "b", "c"]) take(name, "x");
    expect(texts("a", "b", "c")).toEqual([undefined, "x", "x"]);
  });

  it("counts the text that is there, and no other", () => {
    const { messages, take, texts } = open({ units: 100, sessions: 10 });
    take("a", "x".repeat(90));
    take("b", "x");
    for (let i = 0; i < 50; i++) take("a", String(i).padEnd(90, "x"));
    expect(texts("b")).toEqual(["x"]);
    messages.close("a", "uid", ["m"]);
    take("c", "x".repeat(90));
    expect(texts("b", "c")).toEqual(["x", "x".repeat(90)]);
  });

  it("begins later messages with greater numbers, though all was forgotten", () => {
    const { messages, take } = open({ units: 100, sessions: 10 });
    const first = take("a", "x").news?.opening ?? 0;
    messages.clear();
    expect(take("a", "x").news?.opening).toBeGreaterThan(first);
  });

  it("forgets after the silence", () => {
    const { take, texts, pass } = open({ units: 100, sessions: 10 });
    take("a", "x");
    pass(600);
    take("b", "x");
    pass(600);
    expect(texts("a", "b")).toEqual([undefined, "x"]);
  });
});
