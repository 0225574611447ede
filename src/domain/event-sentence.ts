import { type CommentAdded, CommentType } from "../../gen/parley/v1/comment_event_pb.js";
import type {
  AgentEvent,
  Event,
  MessageAppended,
  SessionForked,
  SessionUpdated,
} from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { Permission, type Share } from "../../gen/parley/v1/share_pb.js";
import {
  ReleaseReason,
  type TaskProgressed,
  type TaskReleased,
  type UsageReported,
} from "../../gen/parley/v1/task_event_pb.js";
import { BudgetPolicy } from "../../gen/parley/v1/usage_pb.js";
import { tokensOf } from "./task.ts";

type Payload = Event["payload"];
type Kind = NonNullable<Payload["case"]>;
type Value<K extends Kind> = Extract<Payload, { case: K }>["value"];

/**
 * What each kind of event says happened. Names and numbers only: what somebody said, asked for
 * or found stays where it is.
 */
const SENTENCES: { readonly [K in Kind]: (value: Value<K>, event: Event) => string } = {
  sessionCreated: ({ session }) => `The ${kindOf(session?.sessionType)} was created`,
  sessionUpdated: updated,
  sessionDeleted: () => "The session was deleted",
  sessionRestored: () => "The session was restored",
  sessionArchived: () => "The session was archived: its time was over",
  sessionRevived: () => "The session was taken back from the archive",
  sessionForked: forked,
  message: appended,
  messageRedacted: ({ messageSeq }) => `The content of message ${messageSeq} was taken away`,
  actorErased: ({ events }) =>
    `The name of an erased user was taken from ${count(events, "event")}`,
  stateChanged: () => "The state changed",
  historyCleared: ({ cleared }) => `The history was cleared of ${count(cleared, "message")}`,
  turnStarted: (_, { turnNumber }) => `Turn ${turnNumber} was begun`,
  turnEnded: (_, { turnNumber }) => `Turn ${turnNumber} was ended`,
  agentEvent: reported,
  taskSubmitted: ({ task }) => `Task ${task?.number ?? ""} was submitted`,
  taskClaimed: ({ workerId, attempt }) => `Worker ${workerId} took the task, attempt ${attempt}`,
  taskProgressed: progressed,
  taskReleased: released,
  taskPaused: ({ byBudget }) => `The task was paused${byBudget ? ": its budget is spent" : ""}`,
  taskResumed: ({ leased }) => `The task was resumed${leased ? "" : " and waits for a worker"}`,
  taskCompleted: () => "The task was completed",
  taskFailed: ({ errorCode }) => `The task failed: ${errorCode}`,
  taskCancelled: ({ errorCode }) => CANCELLED[errorCode] ?? "The task was cancelled",
  taskTimedOut: () => "The task ran out of time",
  usageReported: used,
  sessionShared: ({ share }) => `The session was shared: ${permissionOf(share)}`,
  shareChanged: ({ share }) => `A share was changed: ${permissionOf(share)}`,
  shareRevoked: () => "A share was revoked",
  shareLinkOpened: () => "Somebody opened the link of a share",
  ownershipTransferred: () => "The session has another owner",
  commentAdded: commented,
  commentEdited: () => "A comment was changed",
  commentResolved: ({ resolved }) => `A comment was ${resolved ? "resolved" : "opened again"}`,
  commentDeleted: () => "A comment was deleted",
  budgetExceeded: ({ limit, policy }) => `The budget's ${limit} is spent: ${FOLLOWS[policy]}`,
};

const CANCELLED: Readonly<Record<string, string>> = {
  interrupted: "The task was cancelled: another goes first",
  deleted: "The task was cancelled: the session was deleted",
};

const FOLLOWS: Readonly<Record<BudgetPolicy, string>> = {
  [BudgetPolicy.UNSPECIFIED]: "the work fails",
  [BudgetPolicy.FAIL]: "the work fails",
  [BudgetPolicy.PAUSE]: "the work is paused",
  [BudgetPolicy.WARN]: "the work goes on",
};

const RELEASED: Readonly<Record<ReleaseReason, string>> = {
  [ReleaseReason.UNSPECIFIED]: "lost the task",
  [ReleaseReason.LEASE_EXPIRED]: "was not heard of and lost the task",
  [ReleaseReason.FAILED]: "failed, and the task waits for another attempt",
  [ReleaseReason.RETURNED]: "gave the task back undone",
};

/** What happened, for people to read. */
export function eventSentence(event: Event): string {
  const { payload } = event;
  if (payload.case === undefined) return `Something happened: ${event.type}`;
  const say = SENTENCES[payload.case] as (value: Payload["value"], event: Event) => string;
  return say(payload.value, event);
}

function permissionOf(share: Share | undefined): string {
  return `to ${(Permission[share?.permissions ?? 0] ?? "").toLowerCase()}`;
}

function kindOf(type: SessionType = SessionType.UNSPECIFIED): string {
  if (type === SessionType.UNSPECIFIED) return "session";
  return `${(SessionType[type] ?? "").toLowerCase()} run`;
}

function updated({ fields }: SessionUpdated): string {
  return `The session changed: ${fields.join(", ")}`;
}

function forked({ session }: SessionForked): string {
  const { sessionId = "", seq = 0 } = session?.origin ?? {};
  return `The session was forked from ${sessionId} at ${seq}`;
}

function appended({ role, redacted }: MessageAppended): string {
  const who = (Role[role] ?? "unspecified").toLowerCase();
  return `A message of role ${who} was appended${redacted ? "; its content was taken away" : ""}`;
}

function commented({ commentType, replyTo }: CommentAdded): string {
  const what = (CommentType[commentType] ?? "").toLowerCase();
  return `A comment was added: ${what}${replyTo === undefined ? "" : ", an answer"}`;
}

function reported({ agentId, name }: AgentEvent): string {
  return `${agentId === undefined ? "An agent" : `Agent ${agentId}`} reported ${name}`;
}

function progressed({ progress, currentStage }: TaskProgressed): string {
  return `The work is at ${progress} %${currentStage ? `, ${currentStage}` : ""}`;
}

function released({ workerId, reason, errorCode }: TaskReleased): string {
  const sentence = `Worker ${workerId} ${RELEASED[reason]}`;
  return errorCode ? `${sentence}: ${errorCode}` : sentence;
}

function used(usage: UsageReported): string {
  const names = [usage.model, usage.agentId, usage.tool].filter(Boolean).join(", ");
  const what = `Used ${count(tokensOf(usage), "token")} and ${usage.cost} dollars`;
  return names === "" ? what : `${what}: ${names}`;
}

function count(of: number | bigint, noun: string): string {
  return `${of} ${noun}${Number(of) === 1 ? "" : "s"}`;
}
