import type { HandlerContext } from "@connectrpc/connect";
import {
  type TouchSessionRequest,
  TouchSessionRequestSchema,
} from "../../../gen/parley/v1/session_lifetime_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { touched } from "../../domain/lifetime.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";
import { changeLifetime } from "../change-lifetime.ts";
import { operationOf } from "../operation.ts";

export function touchSession(context: Context) {
  return async (request: TouchSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, TouchSessionRequestSchema, request),
      decide(found) {
        const now = context.clock.now();
        const { head, session } = admit(found, principal, now, Permission.OWN);
        return changeLifetime(context, principal, head, touched(session, now));
      },
    });
    return { session: sessionView(written.head) };
  };
}
