import type { Context } from "../../context.ts";
import { taskNotFound } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { FoundTask } from "../../journal/port.ts";

/** A task of a session of the caller's; what is another's does not exist. */
export async function ownTask(
  context: Context,
  { tenantId, userId }: Principal,
  taskId: string,
): Promise<FoundTask> {
  const found = await context.log.findTask(taskId);
  if (found === undefined || found.deleted) throw taskNotFound();
  if (found.tenantId !== tenantId || found.userId !== userId) throw taskNotFound();
  return found;
}
