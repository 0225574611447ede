import { soughtUuid } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import type { FoundTask } from "./port.ts";
import { FOUND, type FoundRow, foundTask, SESSION } from "./task-row.ts";

const FIND_TASK: Statement = {
  name: "find_task",
  text: `SELECT ${FOUND}, k.bytes FROM tasks k ${SESSION} WHERE k.task_id = $1`,
};

export async function findTask(lane: Lane, taskId: string): Promise<FoundTask | undefined> {
  const id = soughtUuid(taskId);
  if (id === null) return undefined;
  const [row] = await lane.run<FoundRow>(FIND_TASK, [id]);
  return row && foundTask(row);
}
