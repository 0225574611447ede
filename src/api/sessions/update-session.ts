import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { SessionUpdatedSchema } from "../../../gen/parley/v1/event_pb.js";
import {
  type UpdateSessionRequest,
  UpdateSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import { SessionSchema } from "../../../gen/parley/v1/session_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { changeState, type Decision } from "../../domain/decision.ts";
import { checkState } from "../../domain/precondition.ts";
import type { Principal } from "../../domain/principal.ts";
import { applyPatch, neededFor, type Patch, patchOf } from "../../domain/session-update.ts";
import { sessionView } from "../../domain/session-view.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";

export function updateSession(context: Context) {
  return async (request: UpdateSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const patch = patchOf(request);
    const written = await context.log.write({
      principal,
      id: request.sessionId,
      ...operationOf(context, call, principal, UpdateSessionRequestSchema, request),
      decide(head) {
        const admitted = admit(head, principal, context.clock.now(), neededFor(patch));
        checkState(admitted.head, request);
        return decide(context, principal, admitted.head, patch);
      },
    });
    return { session: sessionView(written.head) };
  };
}

function decide(
  context: Context,
  principal: Principal,
  before: Head,
  patch: Patch,
): Decision | undefined {
  const patched = applyPatch(before, patch, context.clock.now());
  if (patched === undefined) return undefined;
  const value = updatedPayload(patched.head, patched.fields);
  return changeState(before, [draftEvent(context, principal, { case: "sessionUpdated", value })]);
}

/** The changed fields and their values, and nothing else of the session. */
function updatedPayload(head: Head, fields: string[]) {
  const only: MessageInitShape<typeof SessionSchema> = {};
  for (const field of SessionSchema.fields.filter(({ name }) => fields.includes(name))) {
    Object.assign(only, { [field.localName]: Reflect.get(head.session ?? {}, field.localName) });
  }
  return create(SessionUpdatedSchema, { session: only, fields });
}
