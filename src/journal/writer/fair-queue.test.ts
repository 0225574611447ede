import { describe, expect, it } from "vitest";
import { FairQueue, type Queued } from "./fair-queue.ts";

interface Write extends Queued {
  readonly name: string;
}

let digests = 0;

function write(name: string, of: Partial<Write> & { count?: number } = {}): Write {
  const { count = 1, ...rest } = of;
  return {
    name,
    tenantId: "t",
    uid: "s",
    digest: Buffer.from(`${++digests}`),
    events: { length: count },
    bytes: 10,
    alone: false,
    ...rest,
  };
}

function queueOf(writes: Write[], bounds = {}) {
  const queue = new FairQueue<Write>({
    events: 100,
    bytes: 1000,
    eventsPerSession: 100,
    ...bounds,
  });
  for (const one of writes) queue.push(one);
  return { queue, take: () => queue.take().map(({ name }) => name) };
}

const many = (prefix: string, count: number, of = {}) =>
  Array.from({ length: count }, (_, index) => write(`${prefix}${index + 1}`, of));

describe("a fair queue", () => {
  it("keeps the order of a session", () => {
    const { take, queue } = queueOf(many("a", 5), { events: 3 });
    expect([take(), take(), take()]).toEqual([["a1", "a2", "a3"], ["a4", "a5"], []]);
    expect([queue.size, queue.bytes]).toEqual([0, 0]);
  });

  it("gives every tenant its turn, however much one has", () => {
    const busy = Array.from({ length: 50 }, (_, n) =>
      write(`a${n + 1}`, { tenantId: "a", uid: `${n}` }),
    );
    const { take } = queueOf(
      [...busy, write("b1", { tenantId: "b", uid: "b" }), write("c1", { tenantId: "c", uid: "c" })],
      { events: 4 },
    );
    expect(take()).toEqual(["a1", "b1", "c1", "a2"]);
  });

  it("goes on with the tenant whose turn it was", () => {
    const three = ["a", "b", "c"].flatMap((tenantId) =>
      many(tenantId, 3, { tenantId, uid: tenantId }),
    );
    const { take } = queueOf(three, { events: 2 });
    expect([take(), take(), take(), take()]).toEqual([
      ["a1", "b1"],
      ["c1", "a2"],
      ["b2", "c2"],
      ["a3", "b3"],
    ]);
  });

  it("gives every session of a tenant its turn, and a hot one no more than its share", () => {
    const hot = many("hot", 9, { uid: "hot" });
    const { take } = queueOf([...hot, ...many("x", 2, { uid: "x" })], { eventsPerSession: 3 });
    expect(take()).toEqual(["hot1", "x1", "hot2", "x2", "hot3"]);
    expect(take()).toEqual(["hot4", "hot5", "hot6"]);
  });

  it("ends a batch at its bytes, and takes what is larger alone", () => {
    const sizes = [600, 600, 5000, 10];
    const { take } = queueOf(sizes.map((bytes, n) => write(`${n}`, { bytes, uid: `${n}` })));
    expect([take(), take(), take(), take()]).toEqual([["0"], ["1"], ["2"], ["3"]]);
  });

  it("takes a write of many events that no batch has room for", () => {
    const { take } = queueOf([write("a", { count: 500 }), write("b")]);
    expect([take(), take()]).toEqual([["a"], ["b"]]);
  });

  it("puts nothing beside a change of state of its session", () => {
    const { take } = queueOf([
      write("append"),
      write("change", { alone: true }),
      write("after"),
      write("other", { uid: "o" }),
    ]);
    expect([take(), take(), take()]).toEqual([["append", "other"], ["change"], ["after"]]);
  });

  it("puts an operation into a batch once", () => {
    const digest = Buffer.from("same");
    const { take } = queueOf([
      write("first", { digest }),
      write("again", { digest, uid: "x" }),
      write("behind", { uid: "x" }),
    ]);
    expect([take(), take()]).toEqual([["first"], ["again", "behind"]]);
  });

  it("keeps what a held session has until it is released", () => {
    const { take, queue } = queueOf([write("a1"), write("b1", { uid: "b" }), write("a2")]);
    queue.hold("s");
    expect(take()).toEqual(["b1"]);
    expect(take()).toEqual([]);
    queue.release("s");
    expect(take()).toEqual(["a1", "a2"]);
  });

  it("gives everything up at once", () => {
    const { take, queue } = queueOf([write("a"), write("b", { uid: "b", tenantId: "u" })]);
    queue.hold("b");
    expect(queue.drain().map(({ name }) => name)).toEqual(["a", "b"]);
    expect([queue.size, queue.bytes, take()]).toEqual([0, 0, []]);
  });
});
