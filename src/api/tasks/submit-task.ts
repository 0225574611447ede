import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { CreateSessionRequestSchema } from "../../../gen/parley/v1/session_commands_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import { type Task, TaskSchema, TaskStatus } from "../../../gen/parley/v1/task_pb.js";
import {
  type SubmitTaskRequest,
  SubmitTaskRequestSchema,
} from "../../../gen/parley/v1/task_requests_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import { decodeEvent } from "../../domain/event.ts";
import { isSessionId } from "../../domain/ids.ts";
import type { Principal } from "../../domain/principal.ts";
import { durationMs } from "../../domain/session.ts";
import { checkSubmission, submission } from "../../domain/task-commands.ts";
import type { Written } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { beginning, newSession } from "../creation.ts";
import { draftEvent } from "../event.ts";
import { type NamedOperation, operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";

interface Submission {
  readonly principal: Principal;
  readonly request: SubmitTaskRequest;
  readonly named: NamedOperation;
}

interface Submitted {
  readonly task: Task;
  readonly createdSession: boolean;
}

/** Rounds of "there is no such session, and then there was": more than two would be a mistake. */
const MAX_ROUNDS = 4;

export function submitTask(context: Context) {
  return async (request: SubmitTaskRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    checkSubmission(request);
    if (request.sessionId !== "" && !isSessionId(request.sessionId)) {
      throw invalidArgument(
        "session_id",
        "must match [A-Za-z0-9:_.-]{1,128} and be no reserved word",
      );
    }
    const named = operationOf(context, call, principal, SubmitTaskRequestSchema, request);
    const { task, createdSession } = await submit(context, { principal, request, named });
    call.responseHeader.set("x-session-id", task.sessionId);
    call.responseHeader.set("x-task-id", task.taskId);
    return { task, sessionId: task.sessionId, createdSession };
  };
}

async function submit(context: Context, submission: Submission): Promise<Submitted> {
  let id = submission.request.sessionId;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const added = id === "" ? undefined : await add(context, submission, id);
    if (added !== undefined) return added;
    const begun = await begin(context, submission, id || context.ids.uuid());
    if (begun !== "taken") return { task: begun, createdSession: true };
    // The caller's own was made in between; somebody else's id becomes a new one.
    const own = await add(context, submission, id);
    if (own !== undefined) return own;
    id = "";
  }
  throw new ParleyError("internal", "a generated id was taken");
}

/** Into a session the caller has; undefined where there is none. */
async function add(
  context: Context,
  { principal, request, named }: Submission,
  id: string,
): Promise<Submitted | undefined> {
  const taskId = context.ids.uuid();
  try {
    const written = await context.log.write({
      principal,
      id,
      ...named,
      decide(found) {
        const { head } = admit(found, principal, context.clock.now(), Permission.COLLABORATE);
        const task = taskFor(context, request, head, taskId);
        return changeWork(context, principal, head, submission(head, task, request.onBusy));
      },
    });
    return submittedIn(written);
  } catch (error) {
    if (error instanceof ParleyError && error.reason === "session_not_found") return undefined;
    throw error;
  }
}

/** As the first thing in a session of its own. */
async function begin(
  context: Context,
  { principal, request, named }: Submission,
  sessionId: string,
): Promise<Task | "taken"> {
  const head = newSession(context, principal, create(CreateSessionRequestSchema), sessionId);
  const task = taskFor(context, request, head, context.ids.uuid());
  const drafts = submission(head, task, request.onBusy).map(({ taskId, payload }) => ({
    ...draftEvent(context, principal, payload),
    ...(taskId !== undefined && { taskId }),
  }));
  const creation = beginning(context, principal, head, { operation: named.operation, drafts });
  const created = await context.log.create(creation, named.retryable);
  if (!("head" in created)) return "taken";
  const [open] = created.head.tasks;
  if (open?.task === undefined) throw new Error("a session began without the task it is for");
  return open.task;
}

function taskFor(
  context: Context,
  request: SubmitTaskRequest,
  { session }: Head,
  taskId: string,
): Task {
  const { query, agentId, mode, workflowId, metadata, timeLimit, maxAttempts } = request;
  const limitMs = timeLimit === undefined ? context.work.timeLimitMs : durationMs(timeLimit);
  return create(TaskSchema, {
    taskId,
    sessionId: session!.sessionId,
    workflowId: workflowId || taskId,
    type: request.type || "task",
    agentId: agentId ?? session!.agentId,
    query,
    mode,
    metadata,
    status: TaskStatus.QUEUED,
    createdAt: timestampFromDate(context.clock.now()),
    maxAttempts: maxAttempts ?? context.work.maxAttempts,
    timeLimit: durationFromMs(limitMs),
    number: session!.taskCount + 1,
  });
}

/** The task as it was submitted, however late a retry asks. */
function submittedIn({ events }: Written): Submitted {
  const createdSession = events[0]?.seq === 1;
  for (const record of events) {
    const { payload } = decodeEvent(record);
    if (payload.case !== "taskSubmitted" || payload.value.task === undefined) continue;
    return { task: payload.value.task, createdSession };
  }
  throw new Error("a submission left no task");
}
