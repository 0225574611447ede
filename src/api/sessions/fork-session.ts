import type { HandlerContext } from "@connectrpc/connect";
import {
  type ForkSessionRequest,
  ForkSessionRequestSchema,
} from "../../../gen/parley/v1/session_lifetime_pb.js";
import type { Context } from "../../context.ts";
import { ParleyError } from "../../domain/errors.ts";
import { type ForkWish, forkedHead, forkedPayload, forkWishOf } from "../../domain/fork.ts";
import type { Principal } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import type { ForkRequest } from "../../log/fork-session.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";
import { quotasOf } from "../quotas.ts";

export function forkSession(context: Context) {
  return async (request: ForkSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const wish = forkWishOf(request);
    const named = operationOf(context, call, principal, ForkSessionRequestSchema, request);
    const fork = (newId: string) =>
      context.log.fork({
        principal,
        id: request.sessionId,
        atSeq: wish.atSeq,
        ...named,
        maxSessions: quotasOf(context, principal).maxSessions,
        begin: beginning(context, principal, wish, newId),
      });
    const first = await fork(wish.sessionId || context.ids.uuid());
    if ("head" in first) return { session: sessionView(first.head) };
    if (first.holder !== "foreign") {
      throw new ParleyError("session_exists", "another session of yours has this new_session_id");
    }
    const second = await fork(context.ids.uuid());
    if ("head" in second) return { session: sessionView(second.head) };
    throw new ParleyError("internal", "a generated id was taken");
  };
}

function beginning(
  context: Context,
  principal: Principal,
  wish: ForkWish,
  sessionId: string,
): ForkRequest["begin"] {
  return (original, seq) => {
    const identity = { uid: context.ids.uuid(), sessionId, now: context.clock.now() };
    const payload = forkedPayload(original, seq, wish, principal, identity);
    return forkedHead(original, identity.uid, draftEvent(context, principal, payload));
  };
}
