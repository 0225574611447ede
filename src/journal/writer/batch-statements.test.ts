import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { type Head, HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { ActorSchema } from "../../../gen/parley/v1/event_pb.js";
import { newEvent } from "../../domain/event.ts";
import type { Change, Creation } from "../port.ts";
import { changeQuery } from "./change-statement.ts";
import { creationQuery } from "./creation-statement.ts";
import { pendingChange, pendingCreation } from "./pending.ts";

const NOW = new Date("2030-01-01T00:00:00.000Z");
const UID = "00000000-0000-7000-8000-000000000001";

const operation = {
  tenantId: "t",
  userId: "u",
  method: "m",
  key: "k",
  requestHash: new Uint8Array(32),
};

const head: Head = create(HeadSchema, {
  uid: UID,
  session: { sessionId: "s", tenantId: "t", userId: "u", createdAt: timestampFromDate(NOW) },
});

const events = [
  newEvent({
    eventId: UID,
    at: NOW,
    actor: create(ActorSchema),
    payload: { case: "sessionUpdated", value: {} },
  }),
];

const settled = { resolve() {}, reject() {} };

function creation(of: Partial<Creation> = {}) {
  return { ...pendingCreation({ operation, head, events, ...of }), ...settled };
}

function change(of: Partial<Change> = {}) {
  const made = { operation, uid: UID, basedOn: { state: 1 }, events, state: head, ...of };
  return { ...pendingChange(made), ...settled };
}

/** A query that has the parameters its statement asks for, and no others. */
function complete(query: { statement: { name: string; text: string }; values: unknown[] }) {
  const numbers = [...query.statement.text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n));
  expect(new Set(numbers).size).toBe(query.values.length);
  expect(Math.max(...numbers)).toBe(query.values.length);
  return query.statement.name;
}

describe("the statement of a batch", () => {
  it("is the plain one where nothing has to do with tasks or accounts", () => {
    expect(complete(creationQuery([creation(), creation()], NOW))).toBe("create_sessions");
    const changes = [change(), change()];
    expect(complete(changeQuery(changes, NOW, { waiting: false }))).toBe("change_sessions");
    const waiting = complete(changeQuery(changes, NOW, { waiting: true }));
    expect(waiting).toBe("change_sessions_waiting");
  });

  it("is the one with work where a single write has some", () => {
    const claim = { holdMicros: undefined, maxOpenRuns: undefined };
    for (const of of [{ claim }, { tasks: [] }]) {
      expect(complete(creationQuery([creation(), creation(of)], NOW))).toBe("create_runs");
    }
    const account = { moves: [], openRuns: -1 } as const;
    for (const of of [{ account }, { tasks: [] }]) {
      const changes = [change(of), change()];
      const query = changeQuery(changes, NOW, { waiting: false });
      expect(complete(query)).toBe("change_sessions_work");
      const waiting = changeQuery(changes, NOW, { waiting: true });
      expect(complete(waiting)).toBe("change_sessions_waiting_work");
    }
  });
});
