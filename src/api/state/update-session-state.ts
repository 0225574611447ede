import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { type StateChanged, StateChangedSchema } from "../../../gen/parley/v1/event_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import {
  type UpdateSessionStateRequest,
  UpdateSessionStateRequestSchema,
} from "../../../gen/parley/v1/state_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { changeState, type Decision } from "../../domain/decision.ts";
import { checkState } from "../../domain/precondition.ts";
import type { Principal } from "../../domain/principal.ts";
import { sessionView } from "../../domain/session-view.ts";
import { checkStateChange, refuseLargeState, sameState } from "../../domain/state-change.ts";
import { stateView } from "../../domain/state-view.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";

export function updateSessionState(context: Context) {
  return async (request: UpdateSessionStateRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const change = changeOf(request);
    checkStateChange(change);
    const { head } = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, UpdateSessionStateRequestSchema, request),
      decide(found) {
        const { head: before } = admit(
          found,
          principal,
          context.clock.now(),
          Permission.COLLABORATE,
        );
        checkState(before, request);
        return decide(context, principal, before, change);
      },
    });
    const { sessionId, version, stateVersion, etag } = sessionView(head);
    return { sessionId, state: stateView(head!), version, stateVersion, etag };
  };
}

function changeOf(request: UpdateSessionStateRequest): StateChanged {
  const { context, variables, scenario, rulesFired, agents } = request;
  return create(StateChangedSchema, { context, variables, scenario, rulesFired, agents });
}

/** What changes nothing is no event, however it is asked for. */
function decide(
  context: Context,
  principal: Principal,
  before: Head,
  value: StateChanged,
): Decision | undefined {
  const decision = changeState(before, [
    draftEvent(context, principal, { case: "stateChanged", value }),
  ]);
  if (sameState(before, decision.state)) return undefined;
  refuseLargeState(decision.state, value);
  return decision;
}
