import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type BeginTurnRequest,
  BeginTurnRequestSchema,
} from "../../../gen/parley/v1/turn_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { changeState, type Decision } from "../../domain/decision.ts";
import { decodeEvent, type EventDraft } from "../../domain/event.ts";
import { refuseFullLog, refuseLargeEvents } from "../../domain/event-limits.ts";
import type { Principal } from "../../domain/principal.ts";
import { turnOf } from "../../domain/turn.ts";
import { beginning, checkBeginning } from "../../domain/turn-commands.ts";
import type { Written } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";

export function beginTurn(context: Context) {
  return async (request: BeginTurnRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    checkBeginning(request);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, BeginTurnRequestSchema, request),
      decide(found) {
        const { head, session } = admit(found, principal, context.clock.now(), Permission.EDIT);
        const decision = decide(context, principal, head, request);
        refuseFullLog(session, decision.events);
        return decision;
      },
    });
    return responseOf(written);
  };
}

/** Its number is that of the turns before it and one, so it is held to them. */
function decide(
  context: Context,
  principal: Principal,
  head: Head,
  request: BeginTurnRequest,
): Decision {
  const value = beginning(head, request);
  const started = draftEvent(context, principal, { case: "turnStarted", value });
  const drafts: EventDraft[] = [{ ...started, startsTurn: true }];
  if (request.userMessage !== undefined) {
    const said = { role: Role.USER, content: request.userMessage };
    const message = draftEvent(context, principal, { case: "message", value: said });
    drafts.push({ ...message, startsTurn: false });
  }
  const decision = changeState(head, drafts, { movesGate: true, sameTurn: true });
  const fields = ["metadata", "user_message"];
  refuseLargeEvents(decision.events, "metadata", (index) => fields[index] ?? "metadata");
  return decision;
}

/** The turn as it was when it was begun, however late a retry asks. */
function responseOf({ events: records }: Written) {
  const events = records.map(decodeEvent);
  const last = events.at(-1);
  if (last === undefined) throw new Error("a turn began without an event");
  const { turnNumber: turn, seq: lastSeq } = last;
  const excerpt = { turn, events, eventCount: events.length, lastSeq, isLast: true };
  return { turn: turnOf(excerpt), version: lastSeq };
}
