import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type EndTurnRequest,
  EndTurnRequestSchema,
} from "../../../gen/parley/v1/turn_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { changeState, type Decision } from "../../domain/decision.ts";
import type { EventDraft } from "../../domain/event.ts";
import { refuseFullLog, refuseLargeEvents } from "../../domain/event-limits.ts";
import type { Principal } from "../../domain/principal.ts";
import { turnOf } from "../../domain/turn.ts";
import { checkEnding, ending } from "../../domain/turn-commands.ts";
import type { TurnIdentity } from "../../domain/turn-mark.ts";
import type { Written } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { writeToTurn } from "../named-turn.ts";
import { operationOf } from "../operation.ts";

export function endTurn(context: Context) {
  return async (request: EndTurnRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    checkEnding(request);
    const named = operationOf(context, call, principal, EndTurnRequestSchema, request);
    const written = await writeToTurn(context, { principal, ...request }, (known) =>
      context.log.write({
        principal,
        id: request.sessionId,
        ...named,
        decide(found) {
          const { head, session } = admit(found, principal, context.clock.now(), Permission.EDIT);
          const decision = decide(context, principal, head, request, known);
          refuseFullLog(session, decision.events);
          return decision;
        },
      }),
    );
    return responseOf(context, written);
  };
}

/** A message in between could have begun another turn, so it is held to this one. */
function decide(
  context: Context,
  principal: Principal,
  head: Head,
  request: EndTurnRequest,
  known: TurnIdentity | undefined,
): Decision {
  const value = ending(head, request, known);
  const drafts: EventDraft[] = [];
  if (request.agentResponse !== undefined) {
    const said = { role: Role.ASSISTANT, content: request.agentResponse };
    drafts.push(draftEvent(context, principal, { case: "message", value: said }));
  }
  drafts.push(draftEvent(context, principal, { case: "turnEnded", value }));
  const decision = changeState(head, drafts, { movesGate: true, sameTurn: true });
  refuseLargeEvents(decision.events, "tools_called", () => "tools_called");
  return decision;
}

/** The turn as it was when it was ended, which it stays. */
async function responseOf(context: Context, { head }: Written) {
  if (head?.session === undefined) throw new Error("the end of a turn left no head");
  const reading = { head, session: head.session, stale: false, events: undefined };
  const excerpt = await context.log.turn(reading, head.session.turnCount);
  if (excerpt === undefined) throw new Error("a turn that was ended is not in the log");
  return { turn: turnOf(excerpt), version: head.session.version };
}
