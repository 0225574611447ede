import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import {
  type DeleteSessionRequest,
  DeleteSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import type { Context } from "../../context.ts";
import { admitDeleted } from "../../domain/access.ts";
import { ParleyError, sessionNotFound } from "../../domain/errors.ts";
import { checkState } from "../../domain/precondition.ts";
import type { Principal } from "../../domain/principal.ts";
import { callerOf } from "../caller.ts";
import { type NamedOperation, operationOf } from "../operation.ts";
import { decideDeletion } from "./deletion.ts";

/** Times that somebody may restore a session while it is purged. */
const MAX_ROUNDS = 8;

export function deleteSession(context: Context) {
  return async (request: DeleteSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const named = operationOf(context, call, principal, DeleteSessionRequestSchema, request);
    if (request.purge) await purge(context, principal, request, named);
    else await remove(context, principal, request, named);
    return {};
  };
}

/**
 * The session as it then is, deleted now or before; undefined for a retry without an answer.
 * @param uid given: only the session of this uid, whoever has its id now
 */
async function remove(
  context: Context,
  principal: Principal,
  request: DeleteSessionRequest,
  named: NamedOperation,
  uid?: string,
): Promise<Head | undefined> {
  const { head } = await context.log.write({
    principal,
    id: request.sessionId,
    ...named,
    decide(found) {
      const { head: held } = admitDeleted(found, principal, context.clock.now());
      if (uid !== undefined && held.uid !== uid) throw sessionNotFound();
      if (held.deletedAt === undefined) checkState(held, request);
      return decideDeletion(context, principal, held);
    },
  });
  return head;
}

/**
 * Deletes first, so that the work is cancelled and settled and watchers are told; then takes what
 * was deleted by then, so that a late retry takes nothing that was made or deleted since.
 */
async function purge(
  context: Context,
  principal: Principal,
  request: DeleteSessionRequest,
  named: NamedOperation,
): Promise<void> {
  const { tenantId, userId } = principal;
  let operation = named;
  let uid: string | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const gone = await remove(context, principal, request, operation, uid).catch(orNothing);
    if (gone?.session === undefined || gone.deletedAt === undefined) return;
    const address = { tenantId, userId, id: gone.session.sessionId };
    const purged = await context.log.purgeDeleted(address, timestampDate(gone.deletedAt));
    if (purged > 0) return;
    // Restored in between: deleted anew, which is no repetition of the first time.
    uid = gone.uid;
    operation = {
      operation: { ...named.operation, key: context.ids.uuid() },
      retryable: false,
    };
  }
  throw new ParleyError("version_conflict", "the session kept changing; try again");
}

function orNothing(error: unknown): undefined {
  if (error instanceof ParleyError && error.reason === "session_not_found") return undefined;
  throw error;
}
