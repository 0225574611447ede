import { createHash, randomUUID } from "node:crypto";
import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionSchema, SessionStatus } from "../../gen/parley/v1/session_pb.js";
import {
  decodeEvent,
  type EventDraft,
  type EventRecord,
  MAX_SEQ,
  type NewEvent,
  newEvent,
} from "../../src/domain/event.ts";
import type {
  Change,
  ChangeOutcome,
  Creation,
  CreationOutcome,
  Journal,
  Operation,
} from "../../src/journal/port.ts";

const ACTOR = create(ActorSchema, { type: ActorType.USER, id: "user-1" });

export type SessionFields = Exclude<MessageInitShape<typeof SessionSchema>, { $typeName: string }>;

export const TENANT = "tenant-1";
export const USER = "user-1";

/** An operation nobody did before, or the one of this key again. */
export function operation(key: string = randomUUID(), of: Partial<Operation> = {}): Operation {
  const requestHash = createHash("sha256").update(key).digest();
  return { tenantId: TENANT, userId: USER, method: "test.Write", key, requestHash, ...of };
}

export function newHead(fields: SessionFields = {}, createdAt = new Date()): Head {
  const uid = randomUUID();
  return create(HeadSchema, {
    uid,
    session: {
      sessionId: `s-${uid}`,
      tenantId: TENANT,
      userId: USER,
      status: SessionStatus.ACTIVE,
      createdAt: timestampFromDate(createdAt),
      version: 1,
      stateVersion: 1,
      ...fields,
    },
  });
}

export function creation(head: Head, op = operation()): Creation {
  return { operation: op, head, events: [event("sessionCreated")] };
}

/** The same session with another state. */
export function restated(head: Head, fields: SessionFields, deletedAt?: Date): Head {
  const { uid, rewriteSeq, gateVersion, session } = head;
  return create(HeadSchema, {
    uid,
    rewriteSeq,
    gateVersion,
    session: Object.assign(clone(SessionSchema, session!), fields),
    ...(deletedAt && { deletedAt: timestampFromDate(deletedAt) }),
  });
}

export function message(content: string, role = Role.USER): NewEvent {
  return draftedEvent({ case: "message", value: { role, content } });
}

/** An event that carries no message. */
export function event(name: "sessionCreated" | "sessionUpdated" = "sessionUpdated"): NewEvent {
  return draftedEvent(
    name === "sessionCreated"
      ? { case: "sessionCreated", value: {} }
      : { case: "sessionUpdated", value: {} },
  );
}

export function draftedEvent(payload: EventDraft["payload"]): NewEvent {
  return newEvent({ eventId: randomUUID(), at: new Date(), actor: ACTOR, payload });
}

/** An append of one message, decided on the gate the head has. */
export function append(head: Head, content: string, op = operation(), role = Role.USER): Change {
  const basedOn = { gate: head.gateVersion };
  return { operation: op, uid: head.uid, basedOn, events: [message(content, role)] };
}

/** A change of state, decided on the state `on` has. */
export function restate(on: Head, state: Head, op = operation()): Change {
  const basedOn = { state: on.session!.stateVersion };
  return { operation: op, uid: on.uid, basedOn, events: [event("sessionUpdated")], state };
}

/** A committed new session. */
export async function newSession(journal: Journal, fields?: SessionFields, createdAt?: Date) {
  return committed(await journal.createSession(creation(newHead(fields, createdAt)))).head;
}

export async function deleted(journal: Journal, head: Head, at = new Date()): Promise<Head> {
  const change = restate(head, restated(head, {}, at));
  return committed(await journal.changeSession({ ...change, movesGate: true })).head;
}

/** The same session living again. */
export async function revived(journal: Journal, gone: Head): Promise<Head> {
  const change = restate(gone, restated(gone, {}));
  return committed(await journal.changeSession({ ...change, movesGate: true })).head;
}

export function committed<Outcome extends ChangeOutcome | CreationOutcome>(
  outcome: Outcome,
): Extract<Outcome, { kind: "committed" }> {
  if (outcome.kind !== "committed") throw new Error(`not committed but ${outcome.kind}`);
  return outcome as Extract<Outcome, { kind: "committed" }>;
}

export function addressOf(head: Head, userId = head.session!.userId) {
  return { tenantId: head.session!.tenantId, userId, id: head.session!.sessionId };
}

/** All events of a session, however many answers that takes. */
export async function wholeLog(journal: Journal, uid: string): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  for (;;) {
    const afterSeq = events.at(-1)?.seq ?? 0;
    const more = await journal.readEvents({ uid, afterSeq, upToSeq: MAX_SEQ, limit: 1000 });
    if (more.length === 0) return events;
    events.push(...more);
  }
}

/** The texts of messages, in the order given. */
export function contents(events: readonly EventRecord[]): string[] {
  return events.flatMap((record) => {
    const { payload } = decodeEvent(record);
    return payload.case === "message" ? [payload.value.content] : [];
  });
}

export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
