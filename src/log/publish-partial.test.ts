import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { unavailable } from "../domain/errors.ts";
import { LiveViewAway, type Publication } from "../live/port.ts";
import { reading, scriptedLog, writing } from "./testing/scripted-log.ts";
import { eventsBetween, headAt, ID, OWNER, said, UID } from "./testing/sessions.ts";

const fragment = { messageId: "message", role: Role.ASSISTANT, offset: 0, text: "Hello" };
const request = { principal: OWNER, id: ID, fragment };

/** A session at version 3 whose view answers publications so, the last answer for ever. */
function setUp(...answers: Publication[]) {
  const scripted = scriptedLog(3);
  scripted.view.held = { head: headAt(3), fresh: true };
  scripted.view.answers.publish = async () =>
    (answers.length > 1 ? answers.shift() : answers[0]) ?? { kind: "taken", end: 5 };
  const admissions = () => scripted.calls.named("live.publish").map(({ args }) => args[1]);
  return { ...scripted, admissions };
}

describe("publishing a fragment", () => {
  it("costs one round trip, and a read of the head once a second", async () => {
    const { log, calls, pass } = setUp();
    expect(await log.publishPartial(request)).toBe(5);
    expect(calls.names()).toEqual(["live.read", "live.publish"]);
    calls.forget();
    for (let i = 0; i < 9; i++) await log.publishPartial(request);
    expect(calls.names()).toEqual(Array(9).fill("live.publish"));
    calls.forget();
    await pass(1000);
    await log.publishPartial(request);
    expect(calls.names()).toEqual(["live.read", "live.publish"]);
  });

  it("is let in by the head that was read, and by a newer one if the view has that", async () => {
    const { log, view, admissions } = setUp({ kind: "moved" }, { kind: "taken", end: 5 });
    const published = log.publishPartial(request);
    view.held = { head: headAt(4), fresh: true };
    expect(await published).toBe(5);
    const admitted = [3, 4].map((version) => ({ uid: UID, version }));
    expect(admissions()).toEqual(admitted);
    await log.publishPartial(request);
    expect(admissions().at(-1)).toEqual(admitted[1]);
  });

  it("is given up where the head moves all the time", async () => {
    const { log, admissions } = setUp({ kind: "moved" });
    expect(await log.publishPartial(request)).toBe(0);
    expect(admissions()).toHaveLength(8);
  });

  it("that follows on nothing that was published is refused, and says where to go on", async () => {
    const { log } = setUp({ kind: "gap", end: 1234 });
    const gap = { reason: "partial_gap", message: expect.stringContaining("ends at 1234") };
    await expect(log.publishPartial(request)).rejects.toMatchObject(gap);
  });

  it.each<Publication>([{ kind: "unknown" }, { kind: "closed" }])(
    "is no failure if %o",
    async (answer) => {
      expect(await setUp(answer).log.publishPartial(request)).toBe(0);
    },
  );

  it("is no failure while the view is away, nor while the journal is", async () => {
    const { log, view, journal } = setUp();
    const { publish } = view.answers;
    view.answers.publish = () => Promise.reject(new LiveViewAway());
    expect(await log.publishPartial(request)).toBe(0);
    view.answers.publish = publish;
    journal.readHead = () => Promise.reject(unavailable());
    view.held = { head: headAt(3), fresh: false };
    expect(await log.publishPartial({ ...request, id: ID })).toBe(5);
  });
});

describe("who may not write may not publish", () => {
  it("nobody else's session, nor one that is not there", async () => {
    const { log, calls, view } = setUp();
    await log.publishPartial(request);
    calls.forget();
    view.held = { fresh: false };
    const other = { ...request, principal: { ...OWNER, userId: "other" } };
    for (const refused of [other, { ...request, id: "none" }]) {
      await expect(log.publishPartial(refused)).rejects.toMatchObject({
        reason: "session_not_found",
      });
    }
    expect(calls.named("live.publish")).toEqual([]);
  });

  it("none that has expired since it was read", async () => {
    const { log, kept, view, pass } = setUp();
    const head = headAt(3, { expiresAt: timestampFromMs(Date.now() + 500) });
    kept[0] = { head, events: eventsBetween(0, 3) };
    view.held = { head, fresh: true };
    await log.publishPartial(request);
    await pass(600);
    await expect(log.publishPartial(request)).rejects.toMatchObject({ reason: "session_expired" });
  });

  it("none that was deleted since, as soon as the view knows it", async () => {
    const { log, kept, view } = setUp({ kind: "taken", end: 5 }, { kind: "moved" });
    await log.publishPartial(request);
    const head = headAt(4, { deleted: new Date() });
    kept[0] = { head, events: eventsBetween(0, 3) };
    view.held = { head, fresh: true };
    await expect(log.publishPartial(request)).rejects.toMatchObject({
      reason: "session_not_found",
    });
  });
});

describe("a write of messages that were published in part", () => {
  const write = () => writing(() => ({ events: [said("whole")] }), { closes: ["message"] });

  it("closes them before anybody is woken", async () => {
    const { log, calls } = setUp();
    await log.write(write());
    expect(calls.names().slice(-3)).toEqual([
      "journal.changeSession",
      "live.closeMessages",
      "live.install",
    ]);
    expect(calls.named("live.closeMessages")[0]?.args.slice(1)).toEqual([UID, ["message"]]);
  });

  it("succeeds though they cannot be closed, and waits 50 ms at most", async () => {
    const { log, view, pass } = setUp();
    view.answers.closeMessages = () => new Promise(() => {});
    const written = log.write(write());
    await pass(60);
    expect((await written).events).toHaveLength(1);
    expect((await log.read(reading())).session.version).toBe(3);
  });

  it("costs nothing where there are none", async () => {
    const { log, calls } = setUp();
    await log.write(writing(() => ({ events: [said("whole")] })));
    expect(calls.named("live.closeMessages")).toEqual([]);
  });
});
