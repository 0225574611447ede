import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import type { Context } from "../../context.ts";
import { ParleyError, taskNotFound } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { FoundTask } from "../../journal/port.ts";

/** A task of a session that its caller may see; any other does not exist. */
export async function visibleTask(
  context: Context,
  principal: Principal,
  taskId: string,
): Promise<FoundTask> {
  const found = await context.log.findTask(taskId);
  if (found === undefined || found.deleted) throw taskNotFound();
  if (found.tenantId !== principal.tenantId) throw taskNotFound();
  if (found.userId !== principal.userId) await requireShared(context, principal, found);
  return found;
}

async function requireShared(
  context: Context,
  principal: Principal,
  { uid, sessionId: id }: FoundTask,
): Promise<void> {
  const wish = { principal, id, consistency: Consistency.LIVE, atLeastVersion: 0 };
  const reading = await context.log.read(wish).catch((error: unknown) => {
    if (!(error instanceof ParleyError) || error.reason !== "session_not_found") throw error;
    return undefined;
  });
  if (reading?.head.uid !== uid) throw taskNotFound();
}
