import type { HandlerContext } from "@connectrpc/connect";
import {
  type ExtendSessionRequest,
  ExtendSessionRequestSchema,
} from "../../../gen/parley/v1/session_lifetime_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { extended, extensionOf } from "../../domain/lifetime.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";
import { changeLifetime } from "../change-lifetime.ts";
import { operationOf } from "../operation.ts";

export function extendSession(context: Context) {
  return async (request: ExtendSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const extension = extensionOf(request, context.clock.now());
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, ExtendSessionRequestSchema, request),
      decide(found) {
        const now = context.clock.now();
        const { head, session } = admit(found, principal, now, Permission.OWN);
        return changeLifetime(context, principal, head, extended(session, extension, now));
      },
    });
    return { session: sessionView(written.head) };
  };
}
