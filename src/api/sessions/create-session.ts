import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import {
  type CreateSessionRequest,
  CreateSessionRequestSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import type { SessionType } from "../../../gen/parley/v1/session_pb.js";
import type { Context } from "../../context.ts";
import { expiresAt } from "../../domain/access.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import { isSessionId } from "../../domain/ids.ts";
import type { Principal } from "../../domain/principal.ts";
import { runWishOf } from "../../domain/run-request.ts";
import { sessionView } from "../../domain/session-view.ts";
import type { Creation } from "../../journal/port.ts";
import { setSuccessStatus } from "../../rest/index.ts";
import { callerOf } from "../caller.ts";
import { creationOf } from "../creation.ts";
import { type Estimate, runEstimator } from "../estimate.ts";
import { operationOf } from "../operation.ts";
import { runCreationOf } from "../run-creation.ts";

const EXISTED = 200;

export function createSession(context: Context) {
  const estimateRun = runEstimator(context);
  return async (request: CreateSessionRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const named = operationOf(context, call, principal, CreateSessionRequestSchema, request);
    if (request.sessionId !== "" && !isSessionId(request.sessionId)) {
      throw invalidArgument(
        "session_id",
        "must match [A-Za-z0-9:_.-]{1,128} and be no reserved word",
      );
    }
    const creationUnder = await creator(context, principal, request, {
      operation: named.operation,
      estimateRun,
    });
    const ids = [request.sessionId, ""].filter((id, i) => id !== "" || i > 0);
    for (const id of ids) {
      const creation = creationUnder(id || context.ids.uuid());
      const created = await context.log.create(creation, named.retryable);
      if ("head" in created) return { session: sessionView(created.head) };
      const existing = answerTaken(created, id);
      if (existing !== undefined) {
        refuseExpired(existing, context.clock.now());
        setSuccessStatus(call, EXISTED);
        return { session: sessionView(existing) };
      }
    }
    throw new ParleyError("internal", "a generated id was taken");
  };
}

interface Creator {
  readonly operation: Creation["operation"];
  readonly estimateRun: (principal: Principal, type: SessionType) => Promise<Estimate>;
}

/** Makes the creation of a run or of a conversation under an id. */
async function creator(
  context: Context,
  principal: Principal,
  request: CreateSessionRequest,
  { operation, estimateRun }: Creator,
): Promise<(sessionId: string) => Creation> {
  const wish = runWishOf(request);
  if (wish === undefined) {
    return (sessionId) => creationOf(context, principal, request, sessionId, operation);
  }
  const estimate = await estimateRun(principal, wish.sessionType);
  return (sessionId) =>
    runCreationOf(context, principal, request, { wish, estimate, sessionId }, operation);
}

/**
 * Who has the id decides what its next caller is told: the owner gets the
 * session, anybody else a new id (undefined here) and not a word.
 */
function answerTaken(
  taken: { holder: Head | "foreign"; by: "session_id" | "external_id" },
  id: string,
): Head | undefined {
  if (taken.by === "external_id") {
    throw new ParleyError("session_exists", "another session of yours has this external_id");
  }
  return id === "" || taken.holder === "foreign" ? undefined : taken.holder;
}

/** It would be answered here and not found by the next read. */
function refuseExpired({ session }: Head, now: Date): void {
  if (session === undefined || expiresAt(session) > now.getTime()) return;
  throw new ParleyError(
    "session_exists",
    "a session of yours that has expired has this id; delete it first",
  );
}
