import { clone, create } from "@bufbuild/protobuf";
import { type Duration, durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { CreateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import { type Session, SessionSchema, SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { budgetOf } from "./budget.ts";
import { invalidArgument } from "./errors.ts";
import { isSessionId } from "./ids.ts";
import { refuseLargeObject } from "./json-size.ts";
import type { Principal } from "./principal.ts";
import { cleanTitle } from "./title.ts";

/** How long a session exists unless its creator says otherwise (Shannon's document). */
export const DEFAULT_TTL_MS = 30 * 86_400_000;

/** Most bytes of a `context`, encoded. */
export const MAX_CONTEXT_BYTES = 262_144;
/** Most bytes of a `metadata`, encoded. */
export const MAX_METADATA_BYTES = 65_536;
/** Most labels. */
export const MAX_LABELS = 64;

const TERMINAL: ReadonlySet<SessionStatus> = new Set([
  SessionStatus.COMPLETED,
  SessionStatus.FAILED,
  SessionStatus.CANCELLED,
  SessionStatus.TIMEOUT,
]);

/** True until a session has ended. */
export function isActive(status: SessionStatus): boolean {
  return !TERMINAL.has(status);
}

export interface Identity {
  readonly uid: string;
  readonly sessionId: string;
  readonly now: Date;
}

/** The head of a new conversation; what cannot be one is `invalid_argument`. */
export function newConversation(
  request: CreateSessionRequest,
  owner: Principal,
  identity: Identity,
): Head {
  const { now } = identity;
  const ttl = ttlMs(request) ?? DEFAULT_TTL_MS;
  if (request.externalId !== undefined) checkExternalId(request.externalId);
  const session = create(SessionSchema, {
    sessionId: identity.sessionId,
    externalId: request.externalId,
    tenantId: owner.tenantId,
    userId: owner.userId,
    createdBy: owner.userId,
    title: request.title === undefined ? undefined : cleanTitle(request.title),
    status: SessionStatus.ACTIVE,
    isActive: true,
    agentId: request.agentId,
    createdAt: timestampFromDate(now),
    updatedAt: timestampFromDate(now),
    expiresAt: timestampFromDate(new Date(now.getTime() + ttl)),
    ttl: durationFromMs(ttl),
    context: request.context,
    metadata: request.metadata,
    labels: request.labels,
    channel: request.channel,
    userChannelId: request.userChannelId,
    configVersion: request.configVersion,
    maxHistory: request.maxHistory,
    budget: budgetOf(request),
    version: 1,
    stateVersion: 1,
  });
  refuseOversize(session);
  return create(HeadSchema, { uid: identity.uid, session });
}

export function checkExternalId(text: string): void {
  if (isSessionId(text)) return;
  throw invalidArgument("external_id", "must match [A-Za-z0-9:_.-]{1,128} and be no reserved word");
}

/** `ttl` or `ttl_seconds`, in milliseconds. */
export function ttlMs(given: { ttl?: Duration; ttlSeconds?: number }): number | undefined {
  if (given.ttl !== undefined) return durationMs(given.ttl);
  return given.ttlSeconds === undefined ? undefined : given.ttlSeconds * 1000;
}

/** A duration in whole milliseconds. */
export function durationMs({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + Math.floor(nanos / 1e6);
}

/** A head that can be changed without touching the one it was made from. */
export function draftOf(head: Head): { head: Head; session: Session } {
  const copy = clone(HeadSchema, head);
  copy.session ??= create(SessionSchema);
  return { head: copy, session: copy.session };
}

export function refuseOversize(session: Session): void {
  refuseLargeObject("context", session.context, MAX_CONTEXT_BYTES);
  refuseLargeObject("metadata", session.metadata, MAX_METADATA_BYTES);
  if (Object.keys(session.labels).length > MAX_LABELS) {
    throw invalidArgument("labels", `must not be more than ${MAX_LABELS}`);
  }
}
