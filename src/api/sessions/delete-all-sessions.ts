import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { DeleteAllSessionsRequest } from "../../../gen/parley/v1/session_bulk_pb.js";
import type { Context } from "../../context.ts";
import { invalidArgument } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { callerOf } from "../caller.ts";
import { decideDeletion } from "./deletion.ts";

/** Sessions deleted at once. */
const STEP = 100;
/** How long a call goes on, in milliseconds: a third of the time that one has by default. */
const BUDGET_MS = 10_000;

type Place = { readonly createdAt: Date; readonly uid: string };

export function deleteAllSessions(context: Context) {
  return async ({ agentId, confirm }: DeleteAllSessionsRequest, call: HandlerContext) => {
    if (!confirm) throw invalidArgument("confirm", "must be true to delete all of your sessions");
    const principal = callerOf(call);
    const until = context.clock.monotonic() + BUDGET_MS;
    let deleted = 0;
    // From the newest back, so that those that are made meanwhile are never met.
    for (let after: Place | undefined; ; ) {
      const { heads, hasMore } = await nextStep(context, principal, agentId, after);
      const counts = await Promise.all(heads.map((head) => remove(context, call, principal, head)));
      deleted += counts.reduce((sum, count) => sum + count, 0);
      const last = heads.at(-1);
      if (!hasMore || last === undefined) return { deleted, hasMore: false };
      if (context.clock.monotonic() > until || call.signal.aborted) return { deleted, hasMore };
      after = placeOf(last);
    }
  };
}

function nextStep(
  { log, clock }: Context,
  { tenantId, userId }: Principal,
  agentId: string,
  after: Place | undefined,
) {
  return log.list({
    tenantId,
    userId,
    ...(agentId !== "" && { agentId }),
    now: clock.now(),
    order: "desc",
    limit: STEP,
    offset: 0,
    ...(after && { after }),
  });
}

function placeOf({ uid, session }: Head): Place {
  return { createdAt: timestampDate(session!.createdAt!), uid };
}

/** How many: none if somebody else has deleted it meanwhile. */
async function remove(
  context: Context,
  call: HandlerContext,
  principal: Principal,
  { uid, session }: Head,
): Promise<number> {
  const { tenantId, userId } = principal;
  const method = `${call.service.typeName}/${call.method.name}`;
  const key = context.ids.uuid();
  const written = await context.log.write({
    principal,
    id: session!.sessionId,
    operation: { tenantId, userId, method, key, requestHash: new Uint8Array(32) },
    retryable: false,
    decide: (head) => (head?.uid === uid ? decideDeletion(context, principal, head) : undefined),
  });
  return written.events.length > 0 ? 1 : 0;
}
