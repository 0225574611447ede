import { describe, expect, it } from "vitest";
import { placeEvent } from "../domain/event.ts";
import { readPastHead } from "./read-state.ts";
import { scriptedLog } from "./testing/scripted-log.ts";
import { event, headAt } from "./testing/sessions.ts";

function changed(seq: number, n: number) {
  const { bytes } = event({ case: "stateChanged", value: { context: { n } } });
  return placeEvent(bytes, seq, 0);
}

describe("a session as it was", () => {
  it("right after its last event is what was read: nothing is asked", async () => {
    const { journal, calls } = scriptedLog(5);
    const head = headAt(5, { context: { now: true } });
    const past = await readPastHead(journal, { head, session: head.session! }, 5);
    expect(past).toEqual({ head, stateVersion: head.session!.stateVersion });
    expect(calls.all).toEqual([]);
  });

  it("before is the remembered one, and the events since", async () => {
    const { journal } = scriptedLog(9);
    const head = headAt(9);
    const base = { head: headAt(1, { context: { kept: 1, n: 0 } }), seq: 3, stateVersion: 2 };
    const read = (seq: number) => readPastHead(journal, { head, session: head.session! }, seq);
    journal.readPastState = async (_, seq) => ({
      base,
      events: seq < 5 ? [] : [changed(4, 4), changed(5, 5)],
    });
    expect(await read(4)).toEqual({ head: base.head, stateVersion: 2 });
    const past = await read(6);
    expect(past.stateVersion).toBe(5);
    expect(past.head.session?.context).toEqual({ kept: 1, n: 5 });
  });

  it("with none remembered begins with nothing", async () => {
    const { journal } = scriptedLog(9);
    const head = headAt(9);
    journal.readPastState = async () => ({ base: undefined, events: [changed(1, 1)] });
    const past = await readPastHead(journal, { head, session: head.session! }, 2);
    expect(past).toMatchObject({ stateVersion: 1, head: { uid: head.uid } });
    expect(past.head.session?.context).toEqual({ n: 1 });
  });
});
