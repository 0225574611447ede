import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { type EventRecord, newEvent, placeEvent } from "../domain/event.ts";
import type { EventRange } from "../journal/port.ts";
import { readCompletion } from "./read-results.ts";
import { scriptedJournal } from "./testing/scripted-journal.ts";
import { eventAt, headAt, UID } from "./testing/sessions.ts";

function completedAt(seq: number, taskId: string): EventRecord {
  const { bytes } = newEvent({
    ...{ eventId: crypto.randomUUID(), at: new Date(0), taskId },
    actor: { $typeName: "parley.v1.Actor", type: 1, id: "w" },
    payload: { case: "taskCompleted", value: { result: `of ${taskId}` } },
  });
  return placeEvent(bytes, seq, 1);
}

/** A log of 400 events, in which tasks were completed at some places. */
function session(completions: Readonly<Record<number, string>>, lastSeq: number | undefined) {
  const events = Array.from({ length: 400 }, (_, i) => {
    const taskId = completions[i + 1];
    return taskId === undefined ? eventAt(i + 1) : completedAt(i + 1, taskId);
  });
  const tasksCompleted = Object.keys(completions).length;
  const head = create(HeadSchema, { ...headAt(400), tasksCompleted });
  const journal = scriptedJournal([{ head, events }]);
  const ranges: EventRange[] = [];
  const { readEvents } = journal;
  journal.readEvents = async (range) => {
    ranges.push(range);
    return readEvents(range);
  };
  journal.lastCompletion = async (uid) => (uid === UID ? lastSeq : undefined);
  const read = (tail?: EventRecord[]) => readCompletion(journal, { head, events: tail });
  return { read, events, ranges, head };
}

describe("how the last completed task ended", () => {
  it("is in the live tail, the last of it", async () => {
    const { read, events, ranges } = session({ 390: "t1", 395: "t2", 397: "t3" }, undefined);
    const completion = await read(events.slice(385));
    expect(completion).toMatchObject({ taskId: "t3", completed: { result: "of t3" } });
    expect(ranges).toEqual([]);
  });

  it("is in the journal where the tail does not reach it", async () => {
    const { read, events, ranges } = session({ 90: "t1", 98: "t2" }, 100);
    expect(await read(events.slice(392))).toMatchObject({ taskId: "t2" });
    expect(await read()).toMatchObject({ taskId: "t2" });
    expect(ranges).toMatchObject([{ afterSeq: 92, upToSeq: 100 }, { afterSeq: 92 }]);
  });

  it.each([
    [200, 73],
    [200, 200],
    [5, 1],
  ])("is found in the change that ends at %i, also at %i", async (lastSeq, seq) => {
    const { read, ranges } = session({ [seq]: "t1" }, lastSeq);
    expect(await read()).toMatchObject({ taskId: "t1" });
    expect(Math.min(...ranges.map(({ afterSeq }) => afterSeq))).toBeGreaterThanOrEqual(0);
  });

  it("is not looked for before that change", async () => {
    const { read, ranges } = session({ 72: "t1" }, 200);
    expect(await read()).toBeUndefined();
    expect(ranges.at(-1)).toMatchObject({ afterSeq: 72, upToSeq: 80 });
  });

  it("is nowhere where none has completed, whatever the log of a fork has", async () => {
    const { read, events, head, ranges } = session({ 399: "t1" }, undefined);
    head.tasksCompleted = 0;
    expect(await read(events)).toBeUndefined();
    expect(await read()).toBeUndefined();
    expect(ranges).toEqual([]);
  });
});
