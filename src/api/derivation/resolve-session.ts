import { createHash } from "node:crypto";
import type { HandlerContext } from "@connectrpc/connect";
import type { ResolveSessionRequest } from "../../../gen/parley/v1/derivation_service_pb.js";
import type { Context } from "../../context.ts";
import { namedSessionId, openingOf } from "../../domain/derivation.ts";
import type { Principal } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";
import { SessionResolver } from "./session-resolver.ts";

/** Header (gRPC: metadata) that names the session of a request, and of its answer. */
const SESSION_HEADER = "x-session-id";

export function resolveSession(context: Context) {
  return async (request: ResolveSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const header = call.requestHeader.get(SESSION_HEADER);
    const named = namedSessionId(request.sessionId, header);
    const resolver = new SessionResolver(context, call, principal);
    const { head, isNew, wasCollision } =
      named === undefined
        ? await resolver.derived(derivedId(principal, request))
        : await resolver.named(named);
    const session = sessionView(head);
    call.responseHeader.set(SESSION_HEADER, session.sessionId);
    return {
      session,
      sessionId: session.sessionId,
      isNew,
      wasCollision,
      wasDerived: named === undefined && !wasCollision,
    };
  };
}

function derivedId(principal: Principal, { messages }: ResolveSessionRequest): string {
  const digest = createHash("sha256").update(openingOf(principal, messages)).digest("hex");
  return `oai-${digest.slice(0, 16)}`;
}
