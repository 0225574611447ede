import { expect, it } from "vitest";
import { placeEvent } from "../domain/event.ts";
import { Alarm } from "./alarm.ts";
import { event, eventsBetween, said, UID } from "./testing/sessions.ts";
import { type HubSource, WatchHub } from "./watch-hub.ts";

const KEY = { tenantId: "tenant", userId: "owner", sessionId: "session" };

function watchedHub(events: HubSource["events"]): WatchHub {
  const source = { events, openMessage: async () => undefined, now: () => 0 };
  const hub = new WatchHub(UID, KEY, 1, source);
  hub.add(new Alarm(), false);
  return hub;
}

it("keeps at most 1 MiB of events at hand", async () => {
  const content = "x".repeat(300 * 1024);
  const hub = watchedHub(async () =>
    [2, 3, 4, 5, 6].map((seq) => placeEvent(said(content).bytes, seq, seq - 1)),
  );
  hub.woken(UID, 6);
  await new Promise(setImmediate);
  expect(hub.after(2)).toBeUndefined();
  expect(hub.after(3)?.map(({ seq }) => seq)).toEqual([4, 5, 6]);
});

it("keeps an event that alone is larger", async () => {
  const content = "x".repeat(2 * 1024 * 1024);
  const hub = watchedHub(async () => [placeEvent(said(content).bytes, 2, 1)]);
  hub.woken(UID, 2);
  await new Promise(setImmediate);
  expect(hub.after(1)?.map(({ seq }) => seq)).toEqual([2]);
});

it("keeps at most 256 events at hand", async () => {
  const hub = watchedHub(async () => eventsBetween(1, 300));
  hub.woken(UID, 300);
  await new Promise(setImmediate);
  expect(hub.after(43)).toBeUndefined();
  expect(hub.after(44)).toHaveLength(256);
});

it("keeps nothing that does not follow what it has", async () => {
  const answers = [eventsBetween(2, 4), [...eventsBetween(1, 3), ...eventsBetween(1, 4)]];
  const hub = watchedHub(async () => answers.shift() ?? []);
  hub.woken(UID, 4);
  await new Promise(setImmediate);
  expect(hub.after(1)?.map(({ seq }) => seq)).toEqual([2, 3, 4]);
});

it("forgets the content of a message that is redacted", async () => {
  const redacted = { case: "messageRedacted", value: { messageId: "m", messageSeq: 3 } } as const;
  const hub = watchedHub(async () => [
    ...eventsBetween(1, 4),
    placeEvent(event(redacted).bytes, 5, 3),
  ]);
  hub.woken(UID, 5);
  await new Promise(setImmediate);
  const payloads = hub.after(1)?.map(({ update: { update } }) => {
    return update.case === "event" && update.value.payload.value;
  });
  expect(payloads).toMatchObject([
    { content: "message 2", redacted: false },
    { content: "", redacted: true },
    { content: "message 4", redacted: false },
    { messageSeq: 3 },
  ]);
});

it("forgets all texts of a comment that is deleted", async () => {
  const records = [
    event({ case: "commentAdded", value: { content: "first" } }, "c"),
    said("message 3"),
    event({ case: "commentEdited", value: { commentId: "c", content: "second" } }),
    event({ case: "commentDeleted", value: { commentId: "c", seqs: [2, 4, 99] } }),
  ].map(({ bytes }, i) => placeEvent(bytes, i + 2, 1));
  const hub = watchedHub(async () => records);
  hub.woken(UID, 5);
  await new Promise(setImmediate);
  const payloads = hub.after(1)?.map(({ update: { update } }) => {
    return update.case === "event" && update.value.payload.value;
  });
  expect(payloads).toMatchObject([
    { content: "", redacted: true },
    { content: "message 3" },
    { commentId: "c", redacted: true },
    { commentId: "c" },
  ]);
});

it("goes by the highest version it was told, in whatever order", async () => {
  const fetched = Promise.withResolvers<void>();
  const hub = watchedHub(async (afterSeq) => {
    await fetched.promise;
    return eventsBetween(afterSeq, afterSeq + 2);
  });
  for (const version of [7, 3]) hub.woken(UID, version);
  expect(hub.version).toBe(7);
  expect(hub.after(1)).toEqual([]);
  fetched.resolve();
  await new Promise(setImmediate);
  expect(hub.after(1)?.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6, 7]);
});
