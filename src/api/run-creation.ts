import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { CreateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import { SessionStatus } from "../../gen/parley/v1/session_pb.js";
import { TaskSchema, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import type { Context } from "../context.ts";
import type { EventDraft } from "../domain/event.ts";
import { toDollars, toMicros } from "../domain/money.ts";
import type { Principal } from "../domain/principal.ts";
import type { RunWish } from "../domain/run-request.ts";
import { typeOfRun } from "../domain/run-type.ts";
import type { Creation } from "../journal/port.ts";
import { beginning, newSession } from "./creation.ts";
import type { Estimate } from "./estimate.ts";
import { draftEvent } from "./event.ts";
import { quotasOf } from "./quotas.ts";

/** A new run: a session that begins with its prompt and the task it is. */
export function runCreationOf(
  context: Context,
  principal: Principal,
  request: CreateSessionRequest,
  run: { readonly wish: RunWish; readonly estimate: Estimate; readonly sessionId: string },
  operation: Creation["operation"],
): Creation {
  const { wish, estimate, sessionId } = run;
  const head = newSession(context, principal, request, sessionId);
  Object.assign(head.session!, {
    status: SessionStatus.QUEUED,
    sessionType: wish.sessionType,
    prompt: wish.prompt,
    budget: wish.budget,
    preferences: wish.preferences,
    estimatedDuration: estimate.duration,
    costEstimate: estimate.cost,
  });
  const hold = holdOf(context, wish, estimate);
  return beginning(context, principal, head, {
    operation,
    drafts: draftsOf(context, principal, head, wish),
    claim: { holdMicros: hold, maxOpenRuns: quotasOf(context, principal).maxOpenRuns },
    ...(hold !== undefined && { held: toDollars(hold) }),
  });
}

/** What a run may cost is held, else what it will probably cost; nothing where accounts are off. */
function holdOf(context: Context, { budget }: RunWish, { micros }: Estimate): bigint | undefined {
  if (!context.work.accounts) return undefined;
  return budget?.maxCost === undefined ? micros : toMicros(budget.maxCost);
}

function draftsOf(
  context: Context,
  principal: Principal,
  { session }: Head,
  wish: RunWish,
): EventDraft[] {
  const taskId = context.ids.uuid();
  const task = create(TaskSchema, {
    taskId,
    sessionId: session!.sessionId,
    workflowId: taskId,
    type: typeOfRun(wish.sessionType),
    agentId: session!.agentId,
    query: wish.prompt,
    status: TaskStatus.QUEUED,
    createdAt: timestampFromDate(context.clock.now()),
    metadata: session!.metadata,
    maxAttempts: wish.maxAttempts ?? context.work.maxAttempts,
    timeLimit: durationFromMs(wish.timeLimitMs ?? context.work.timeLimitMs),
    number: 1,
  });
  const said = { role: Role.USER, content: wish.prompt };
  return [
    { ...draftEvent(context, principal, { case: "message", value: said }), taskId },
    { ...draftEvent(context, principal, { case: "taskSubmitted", value: { task } }), taskId },
  ];
}
