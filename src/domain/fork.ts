import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { SessionForkedSchema } from "../../gen/parley/v1/event_pb.js";
import type { ForkSessionRequest } from "../../gen/parley/v1/session_lifetime_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { changeState } from "./decision.ts";
import { invalidArgument, ParleyError } from "./errors.ts";
import type { EventDraft, NewEvent } from "./event.ts";
import { isSessionId } from "./ids.ts";
import type { Principal } from "./principal.ts";
import { DEFAULT_TTL_MS, durationMs } from "./session.ts";
import { cleanTitle } from "./title.ts";

/** Most events a fork copies. */
export const MAX_FORK_EVENTS = 100_000;

/** What a fork is to be, checked as far as it can be without the original. */
export interface ForkWish {
  /** Empty: a generated id. */
  readonly sessionId: string;
  /** Undefined: the last event there is. */
  readonly atSeq: number | undefined;
  /** Undefined: as the original at that place. */
  readonly title: string | undefined;
  /** Undefined: as the original from its creation. */
  readonly ttlMs: number | undefined;
}

export function forkWishOf(request: ForkSessionRequest): ForkWish {
  const { newSessionId, atSeq, title, ttl } = request;
  if (newSessionId !== "" && !isSessionId(newSessionId)) {
    const description = "must match [A-Za-z0-9:_.-]{1,128} and be no reserved word";
    throw invalidArgument("new_session_id", description);
  }
  return {
    sessionId: newSessionId,
    atSeq,
    title: title === undefined ? undefined : cleanTitle(title),
    ttlMs: ttl === undefined ? undefined : durationMs(ttl),
  };
}

/** The place up to which a session is copied. Refuses what it has not, and what is too much. */
export function forkPlace({ version }: Session, atSeq: number | undefined): number {
  const seq = atSeq ?? version;
  if (seq > version) throw invalidArgument("at_seq", "is beyond the end of the log");
  if (seq <= MAX_FORK_EVENTS) return seq;
  const description = `must not be more than ${MAX_FORK_EVENTS}: so many events a fork copies at most`;
  throw new ParleyError("payload_too_large", `at_seq: ${description}`, {
    violations: [{ field: "at_seq", description }],
  });
}

export interface ForkIdentity {
  readonly uid: string;
  readonly sessionId: string;
  readonly now: Date;
}

/** The payload that says where a fork comes from and what of it is its own. */
export function forkedPayload(
  { session }: Head,
  seq: number,
  wish: ForkWish,
  owner: Principal,
  { sessionId, now }: ForkIdentity,
): EventDraft["payload"] {
  const inherited = session?.ttl === undefined ? DEFAULT_TTL_MS : durationMs(session.ttl);
  const ttl = wish.ttlMs ?? inherited;
  const begun: MessageInitShape<typeof SessionForkedSchema>["session"] = {
    sessionId,
    createdBy: owner.userId,
    userId: owner.userId,
    title: wish.title ?? session?.title,
    createdAt: timestampFromDate(now),
    expiresAt: timestampFromDate(new Date(now.getTime() + ttl)),
    ttl: durationFromMs(ttl),
    origin: { sessionId: session?.sessionId, seq },
  };
  return { case: "sessionForked", value: create(SessionForkedSchema, { session: begun }) };
}

/** The head and the event with which a fork begins to be a session of its own. */
export function forkedHead(
  original: Head,
  uid: string,
  draft: EventDraft,
): { head: Head; event: NewEvent } {
  // Nothing that its own readers have seen was ever rewritten.
  const before: Head = { ...original, uid, rewriteSeq: 0 };
  const { state, events } = changeState(before, [draft]);
  return { head: state, event: events[0]! };
}
