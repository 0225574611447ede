import { expect, it } from "vitest";
import { grouped } from "./grouped.ts";

/** A store whose queries are answered when the test says so. */
function slowStore(limit = 100) {
  const queries: { keys: readonly number[]; answer(): void; fail(): void }[] = [];
  const ask = grouped<number, string>(
    (keys) =>
      new Promise((resolve, reject) => {
        queries.push({
          keys,
          answer: () => resolve(keys.map((key) => `answer ${key}`)),
          fail: () => reject(new Error("failed")),
        });
      }),
    limit,
  );
  return { queries, ask };
}

const turn = () => new Promise((passed) => setImmediate(passed));

it("asks for everything at once that comes in one turn of the event loop", async () => {
  const { queries, ask } = slowStore();
  const answers = Promise.all([ask(1), ask(2), ask(1)]);
  await turn();
  expect(queries.map(({ keys }) => keys)).toEqual([[1, 2, 1]]);
  queries[0]!.answer();
  expect(await answers).toEqual(["answer 1", "answer 2", "answer 1"]);
});

it("joins no query that was already sent", async () => {
  const { queries, ask } = slowStore();
  const first = ask(1);
  await turn();
  const second = ask(1);
  await turn();
  expect(queries).toHaveLength(1);
  queries[0]!.answer();
  await first;
  await turn();
  expect(queries.map(({ keys }) => keys)).toEqual([[1], [1]]);
  queries[1]!.answer();
  expect(await second).toBe("answer 1");
});

it("keeps a query to its limit, and a failure to its query", async () => {
  const { queries, ask } = slowStore(2);
  const asked = [1, 2, 3].map(ask);
  const outcomes = Promise.allSettled(asked);
  await turn();
  queries[0]!.fail();
  await turn();
  expect(queries.map(({ keys }) => keys)).toEqual([[1, 2], [3]]);
  queries[1]!.answer();
  expect((await outcomes).map(({ status }) => status)).toEqual([
    "rejected",
    "rejected",
    "fulfilled",
  ]);
});
