import type { HandlerContext } from "@connectrpc/connect";
import {
  type ClearHistoryRequest,
  ClearHistoryRequestSchema,
} from "../../../gen/parley/v1/conversation_commands_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { clearing } from "../../domain/clear-history.ts";
import { changeState } from "../../domain/decision.ts";
import { decodeEvent } from "../../domain/event.ts";
import type { Written } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";

export function clearHistory(context: Context) {
  return async (request: ClearHistoryRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, ClearHistoryRequestSchema, request),
      // What is cleared is what stands there now, not what stood there a moment ago.
      confirmed: true,
      decide(found) {
        const { head } = admit(found, principal, context.clock.now(), Permission.OWN);
        const value = clearing(head, request.keepContext ?? true);
        if (value === undefined) return undefined;
        return changeState(head, [
          draftEvent(context, principal, { case: "historyCleared", value }),
        ]);
      },
    });
    return responseOf(written);
  };
}

function responseOf({ head, events }: Written) {
  const [payload] = events.map((record) => decodeEvent(record).payload);
  return {
    cleared: payload?.case === "historyCleared" ? payload.value.cleared : 0,
    version: events.at(-1)?.seq ?? head?.session?.version ?? 0,
  };
}
