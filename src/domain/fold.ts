import { create } from "@bufbuild/protobuf";
import { type Head, TurnMarkSchema } from "../../gen/parley/store/v1/head_pb.js";
import type {
  Event,
  HistoryCleared,
  SessionCreated,
  SessionUpdated,
} from "../../gen/parley/v1/event_pb.js";
import { type Session, SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { applyToGrants } from "./grant-steps.ts";
import { toMicros } from "./money.ts";
import { draftOf } from "./session.ts";
import { applyStateChange } from "./state-change.ts";
import { applyToWork, dropWork } from "./work.ts";

/** Names of the kinds of event that are appended and change no state. */
export const APPENDED_TYPES = [
  "message",
  "agent_event",
  "comment_added",
  "comment_edited",
  "comment_resolved",
] as const;

/** What of a session is a fork's own from the start. */
const FORKED_FIELDS = [
  "session_id",
  "user_id",
  "created_by",
  "title",
  "created_at",
  "expires_at",
  "ttl",
  "origin",
];

/**
 * The head after events: what a session's state is at any place of its log
 * follows from the events up to there and from nothing else. Counters, versions
 * and times are the journal's, not events'. The head given stays as it is.
 */
export function foldEvents(before: Head, events: readonly Event[]): Head {
  const { head, session } = draftOf(before);
  for (const event of events) apply(head, session, event);
  return head;
}

/** Changes the draft. Kinds that change no state are named, so that none is forgotten. */
function apply(head: Head, session: Session, event: Event): void {
  const { payload } = event;
  switch (payload.case) {
    case "sessionCreated":
      begin(head, session, payload.value);
      return;
    case "sessionUpdated":
      update(head, session, payload.value);
      return;
    case "sessionDeleted":
      head.deletedAt = event.at!;
      return;
    case "sessionRestored":
      delete head.deletedAt;
      return;
    case "stateChanged":
      applyStateChange(head, session, payload.value, event.at!);
      return;
    case "historyCleared":
      clear(head, session, payload.value);
      return;
    case "turnStarted":
      markTurn(head, turnAt(event, session.turnCount + 1), event.eventId, false);
      return;
    case "turnEnded":
      markTurn(head, turnAt(event, session.turnCount), payload.value.turnId, true);
      return;
    case "sessionArchived":
      session.archivedAt = event.at!;
      return;
    case "sessionRevived":
      delete session.archivedAt;
      session.expiresAt = payload.value.expiresAt!;
      return;
    case "sessionForked":
      fork(head, session, payload.value.session);
      return;
    case "taskSubmitted":
    case "taskClaimed":
    case "taskProgressed":
    case "taskReleased":
    case "taskPaused":
    case "taskResumed":
    case "taskCompleted":
    case "taskFailed":
    case "taskCancelled":
    case "taskTimedOut":
    case "usageReported":
    case "budgetExceeded":
      applyToWork(head, session, event);
      return;
    case "sessionShared":
    case "shareChanged":
    case "shareRevoked":
    case "shareLinkOpened":
    case "ownershipTransferred":
      applyToGrants(head, session, payload);
      return;
    case "message":
    case "messageRedacted":
    case "actorErased":
    case "agentEvent":
    case "commentAdded":
    case "commentEdited":
    case "commentResolved":
    case "commentDeleted":
    case undefined:
      return;
  }
}

function begin(head: Head, session: Session, { session: created, held }: SessionCreated): void {
  Object.assign(session, created);
  if (held !== undefined) head.heldMicros = toMicros(held);
}

function update(head: Head, session: Session, { session: values, fields }: SessionUpdated): void {
  setFields(session, values, fields);
  if (fields.includes("budget")) head.exceeded = [];
}

function setFields(session: Session, values: Session | undefined, names: readonly string[]): void {
  for (const { name, localName } of SessionSchema.fields) {
    if (!names.includes(name)) continue;
    const value: unknown = Reflect.get(values ?? {}, localName);
    if (value === undefined) Reflect.deleteProperty(session, localName);
    else Reflect.set(session, localName, value);
  }
}

function clear(head: Head, session: Session, cleared: HistoryCleared): void {
  session.clearedSeq = cleared.upToSeq;
  head.clearedMessages = cleared.messageCount;
  head.clearedTurns = cleared.turnCount;
  if (cleared.keepContext) return;
  delete session.context;
  delete session.activeScenarioId;
  delete session.activeStepId;
  delete head.state;
}

function fork(head: Head, session: Session, begun: Session | undefined): void {
  if (begun?.userId !== session.userId) head.visited = true;
  setFields(session, begun, FORKED_FIELDS);
  // The original's second name stays its own; and it may have been deleted at that place.
  delete session.externalId;
  delete session.archivedAt;
  delete head.deletedAt;
  head.grants = [];
  dropWork(head, session);
}

/** Where a placed event says its turn; one that is only decided on begins or ends the last. */
function turnAt(event: Event, last: number): number {
  return event.turnNumber === 0 ? last : event.turnNumber;
}

function markTurn(head: Head, turnNumber: number, turnId: string, ended: boolean): void {
  head.turn = create(TurnMarkSchema, { turnNumber, turnId, ended });
}
