import { expect, it } from "vitest";
import { Alarm } from "./alarm.ts";
import { Bell, nextTurn } from "./watch-bell.ts";

/** An alarm that counts. */
class Counter extends Alarm {
  rings = 0;

  override ring(): void {
    this.rings++;
    super.ring();
  }
}

function hung(count: number, partials: (index: number) => boolean = () => false) {
  const bell = new Bell();
  const alarms = Array.from({ length: count }, () => new Counter());
  for (const [i, alarm] of alarms.entries()) bell.add(alarm, partials(i));
  return { bell, alarms, rung: () => alarms.filter(({ rings }) => rings > 0).length };
}

it("wakes all, some in each turn", async () => {
  const { bell, rung } = hung(100);
  bell.ring("all");
  const turns = [rung()];
  while (turns.at(-1)! < 100) {
    await nextTurn();
    turns.push(rung());
  }
  expect(turns).toEqual([32, 64, 96, 100]);
});

it("wakes those who want partials, and all if there is more to tell before their turn", async () => {
  const { bell, alarms, rung } = hung(80, (index) => index % 2 === 0);
  bell.ring("partials");
  await nextTurn();
  await nextTurn();
  expect(rung()).toBe(40);
  expect(alarms[1]?.rings).toBe(0);
  bell.ring("all");
  bell.ring("partials");
  for (let i = 0; i < 5; i++) await nextTurn();
  expect(rung()).toBe(80);
});

it("makes one round of what comes during another", async () => {
  const { bell, alarms } = hung(64);
  for (let i = 0; i < 50; i++) bell.ring("all");
  for (let i = 0; i < 6; i++) await nextTurn();
  expect(alarms.map(({ rings }) => rings)).toEqual(Array(64).fill(2));
});

it("wakes nobody who has left, and says what they wanted", async () => {
  const { bell, alarms } = hung(2, (index) => index === 1);
  expect(alarms.map((alarm) => bell.remove(alarm))).toEqual([false, true]);
  expect(bell.size).toBe(0);
  bell.ring("all");
  await nextTurn();
  expect(alarms.map(({ rings }) => rings)).toEqual([0, 0]);
});
