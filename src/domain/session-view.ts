import { create, type JsonValue } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type Session, SessionType } from "../../gen/parley/v1/session_pb.js";
import { ResourceUsageSchema } from "../../gen/parley/v1/usage_pb.js";
import { sessionNotFound } from "./errors.ts";
import { etagOf } from "./etag.ts";
import { toDollars } from "./money.ts";
import { isActive } from "./session.ts";
import { directions } from "./usage.ts";

const views = new WeakMap<Head, Session>();

/**
 * A session as it is answered: with what follows from its head. Of a frozen head it is
 * one frozen object, which the protocols need to write but once.
 */
export function sessionView(head: Head | undefined): Session {
  if (head === undefined || !Object.isFrozen(head)) return viewOf(head);
  const known = views.get(head);
  if (known !== undefined) return known;
  const view = Object.freeze(viewOf(head));
  views.set(head, view);
  return view;
}

function viewOf(head: Head | undefined): Session {
  if (head?.session === undefined) throw sessionNotFound();
  const { session, uid } = head;
  const view: Session = {
    ...session,
    isActive: isActive(session.status) && session.archivedAt === undefined,
    etag: etagOf(uid, session.stateVersion, session.version),
    messageCount: session.messageCount - head.clearedMessages,
    turnCount: session.turnCount - head.clearedTurns,
  };
  if (session.updatedAt !== undefined) view.lastActivityAt = session.updatedAt;
  addFigures(view, head);
  addResearch(view, head);
  return view;
}

function addFigures(view: Session, head: Head): void {
  const { tokensUsed, cost, taskCount, budget } = view;
  const held = head.heldMicros === undefined ? undefined : toDollars(head.heldMicros);
  const figures = { tokensUsed, cost, taskCount, held, ...directions(head) };
  view.resourceUsage = create(ResourceUsageSchema, figures);
  if (budget?.maxTokens !== undefined) view.tokenBudget = budget.maxTokens;
  if (head.tasksEnded > 0) view.successRate = head.tasksCompleted / head.tasksEnded;
}

function addResearch(view: Session, { researchStrategy }: Head): void {
  const { context, sessionType } = view;
  const strategy = textIn(context?.research_strategy) ?? researchStrategy;
  if (strategy !== undefined) view.researchStrategy = strategy;
  view.isResearchSession =
    sessionType === SessionType.RESEARCH ||
    strategy !== undefined ||
    context?.is_research_session === true;
}

function textIn(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
