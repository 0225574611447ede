import { TaskStatus } from "../../../gen/parley/v1/task_pb.js";
import type { Lane, Statement } from "../lane.ts";

const LAST_COMPLETION: Statement = {
  name: "last_completion",
  text: `
    SELECT last_seq FROM tasks WHERE session = $1 AND status = ${TaskStatus.COMPLETED}
    ORDER BY last_seq DESC LIMIT 1`,
};

/** The last seq of the change that completed a task of a session last. */
export async function lastCompletion(lane: Lane, uid: string): Promise<number | undefined> {
  const [row] = await lane.run<{ last_seq: number }>(LAST_COMPLETION, [uid]);
  return row?.last_seq;
}
