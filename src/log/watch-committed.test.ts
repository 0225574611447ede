import { describe, expect, it } from "vitest";
import { placeEvent } from "../domain/event.ts";
import { event, eventAt } from "./testing/sessions.ts";
import { CommittedMessages } from "./watch-committed.ts";
import { watchedEvent } from "./watch-update.ts";

const message = (seq: number, id = `id ${seq}`) => watchedEvent(eventAt(seq, "said", id));

describe("CommittedMessages", () => {
  it("knows the messages it was given, and of nothing before", () => {
    const committed = new CommittedMessages(10);
    const { bytes } = event({ case: "agentEvent", value: { name: "note" } }, "id 12");
    committed.add(message(11));
    committed.add(watchedEvent(placeEvent(bytes, 12, 1)));
    expect(["id 11", "id 12", "id 9"].map((id) => committed.has(id))).toEqual([true, false, false]);
    expect(committed.knownAfter).toBe(10);
    committed.addEarlier(5, [message(8), message(9)]);
    expect(committed.has("id 9")).toBe(true);
    expect(committed.knownAfter).toBe(5);
  });

  it("forgets the oldest of more than 1,024, and says so", () => {
    const committed = new CommittedMessages(1);
    for (let seq = 2; seq <= 1030; seq++) committed.add(message(seq));
    expect(committed.knownAfter).toBe(6);
    expect([committed.has("id 6"), committed.has("id 7")]).toEqual([false, true]);
  });

  it("knows the later of two messages of one id", () => {
    const committed = new CommittedMessages(1);
    committed.add(message(2, "same"));
    for (let seq = 3; seq <= 1000; seq++) committed.add(message(seq));
    committed.add(message(1001, "same"));
    for (let seq = 1002; seq <= 1500; seq++) committed.add(message(seq));
    expect(committed.has("same")).toBe(true);
  });
});
