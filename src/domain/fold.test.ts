import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { type Event, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { SessionStatus } from "../../gen/parley/v1/session_pb.js";
import type { EventDraft } from "./event.ts";
import { APPENDED_TYPES, foldEvents } from "./fold.ts";

type Payload = EventDraft["payload"];

/** Events in their places, as a log gives them, one a second. */
function logOf(...payloads: Payload[]): Event[] {
  return payloads.map((payload, i) => {
    const seq = i + 1;
    const at = timestampFromMs(seq * 1000);
    const event = create(EventSchema, { eventId: `e${seq}`, seq, turnNumber: 1, at, payload });
    return fromBinary(EventSchema, toBinary(EventSchema, event));
  });
}

const BORN: Payload = {
  case: "sessionCreated",
  value: {
    session: {
      sessionId: "s",
      externalId: "ext",
      tenantId: "t",
      userId: "alice",
      createdBy: "alice",
      title: "born",
      status: SessionStatus.ACTIVE,
      context: { a: 1 },
      labels: { l: "1" },
      ttl: durationFromMs(1000),
    },
  },
};

function folded(...payloads: Payload[]): Head {
  return foldEvents(create(HeadSchema, { uid: "u" }), logOf(BORN, ...payloads));
}

describe("the head after events", () => {
  it("is what the first of them says", () => {
    const { session } = folded();
    expect(session).toMatchObject({ sessionId: "s", title: "born", context: { a: 1 } });
  });

  it("has what an update names, and lacks what it names and does not give", () => {
    const value = {
      session: { title: "new", labels: { m: "2" }, agentId: "not named" },
      fields: ["title", "labels", "context", "unheard_of"],
    };
    const { session } = folded({ case: "sessionUpdated", value });
    expect(session).toMatchObject({ title: "new", labels: { m: "2" } });
    expect(session).not.toHaveProperty("context", expect.anything());
    expect(session).not.toHaveProperty("agentId", expect.anything());
    expect(session?.externalId).toBe("ext");
  });

  it("is deleted from its deletion to its restoration", () => {
    const gone: Payload = { case: "sessionDeleted", value: {} };
    expect(folded(gone).deletedAt).toEqual(timestampFromMs(2000));
    expect(folded(gone, { case: "sessionRestored", value: {} }).deletedAt).toBeUndefined();
  });

  it("is archived until it is revived, with the lifetime it was given then", () => {
    const archived: Payload = { case: "sessionArchived", value: {} };
    expect(folded(archived).session?.archivedAt).toEqual(timestampFromMs(2000));
    const expiresAt = timestampFromMs(99_000);
    const back = folded(archived, { case: "sessionRevived", value: { expiresAt } }).session;
    expect(back?.archivedAt).toBeUndefined();
    expect(back?.expiresAt).toEqual(expiresAt);
  });

  it("knows what a clearing took away, and the state only if that was kept", () => {
    const changed: Payload = {
      case: "stateChanged",
      value: { variables: { x: 1 }, scenario: { scenarioId: "sc", stepId: "1" } },
    };
    const counts = { upToSeq: 7, messageCount: 5, turnCount: 3 };
    const kept = folded(changed, {
      case: "historyCleared",
      value: { ...counts, keepContext: true },
    });
    expect(kept).toMatchObject({
      clearedMessages: 5,
      clearedTurns: 3,
      session: { clearedSeq: 7, context: { a: 1 }, activeScenarioId: "sc" },
      state: { variables: { x: {} } },
    });
    const bare = folded(changed, { case: "historyCleared", value: counts });
    expect(bare.session?.clearedSeq).toBe(7);
    expect(bare.state).toBeUndefined();
    for (const field of ["context", "activeScenarioId", "activeStepId"]) {
      expect(bare.session).not.toHaveProperty(field, expect.anything());
    }
  });

  it("knows how the last turn stands", () => {
    const started: Payload = { case: "turnStarted", value: {} };
    expect(folded(started).turn).toMatchObject({ turnNumber: 1, turnId: "e2", ended: false });
    const ended: Payload = { case: "turnEnded", value: { turnId: "e2" } };
    expect(folded(started, ended).turn).toMatchObject({ turnId: "e2", ended: true });
  });

  it("of a fork is the other's, but for what is its own", () => {
    const begun = {
      sessionId: "fork",
      userId: "alice",
      createdBy: "alice",
      createdAt: timestampFromMs(5000),
      origin: { sessionId: "s", seq: 3 },
    };
    const { session, deletedAt } = folded(
      { case: "sessionDeleted", value: {} },
      { case: "sessionArchived", value: {} },
      { case: "sessionForked", value: { session: begun } },
    );
    expect(deletedAt).toBeUndefined();
    expect(session).toMatchObject({ ...begun, context: { a: 1 }, labels: { l: "1" } });
    for (const field of ["externalId", "archivedAt", "title", "ttl"]) {
      expect(session).not.toHaveProperty(field, expect.anything());
    }
  });

  it.each(APPENDED_TYPES)("is not changed by %s, which is appended without a state", (name) => {
    const field = EventSchema.fields.find((one) => one.name === name);
    const payload = { case: field?.localName, value: {} } as Payload;
    expect(folded(payload)).toEqual(folded());
  });

  it("is not changed by kinds that nobody knows yet", () => {
    const unknown = create(EventSchema, { seq: 2, type: "made_later" });
    const head = folded();
    expect(foldEvents(head, [unknown])).toEqual(head);
  });

  it("is the same one by one and all at once, and leaves what it was given alone", () => {
    const events = logOf(
      BORN,
      { case: "stateChanged", value: { context: { b: 2 }, variables: { x: 1 } } },
      { case: "historyCleared", value: { upToSeq: 2 } },
      { case: "stateChanged", value: { context: { c: 3 }, rulesFired: ["r"] } },
    );
    const empty = create(HeadSchema, { uid: "u" });
    const heads = [empty];
    for (const event of events) heads.push(foldEvents(heads.at(-1)!, [event]));
    expect(heads.at(-1)).toEqual(foldEvents(empty, events));
    expect(heads.map(({ session }) => session?.context)).toEqual([
      undefined,
      { a: 1 },
      { a: 1, b: 2 },
      undefined,
      { c: 3 },
    ]);
  });
});
