import { create } from "@bufbuild/protobuf";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { SessionDeletedSchema } from "../../../gen/parley/v1/event_pb.js";
import type { Context } from "../../context.ts";
import type { Decision } from "../../domain/decision.ts";
import type { Principal } from "../../domain/principal.ts";
import { cancelAll } from "../../domain/task-commands.ts";
import { changeWork } from "../work.ts";

/** Deletes a session; work of it that has not ended is cancelled first. Again: nothing. */
export function decideDeletion(
  context: Context,
  principal: Principal,
  head: Head,
): Decision | undefined {
  if (head.deletedAt !== undefined) return undefined;
  const payload = { case: "sessionDeleted", value: create(SessionDeletedSchema) } as const;
  const ended = cancelAll(head, { code: "deleted", now: context.clock.now() });
  return changeWork(context, principal, head, [...ended, { taskId: undefined, payload }]);
}
