import { fromBinary } from "@bufbuild/protobuf";
import { TaskSchema } from "../../../gen/parley/v1/task_pb.js";
import { STORED } from "../../domain/event.ts";
import type { FoundTask, TaskPlace } from "./port.ts";

/**
 * Joins `tasks k` with their sessions `s`, each by a probe of the primary key: a plan that was made
 * while the tables were empty would read all sessions otherwise.
 */
export const SESSION = `CROSS JOIN LATERAL (
      SELECT session_id, tenant_id, user_id, deleted_at, archived_at, expires_at
      FROM sessions WHERE uid = k.session OFFSET 0
    ) s`;

/** Whose a task is and where. */
export const PLACE = "k.task_id, k.session, k.tenant_id, k.user_id, s.session_id";

/** The same and the task. */
export const FOUND = `${PLACE}, s.deleted_at IS NOT NULL AS deleted`;

export interface PlaceRow {
  readonly task_id: string;
  readonly session: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly session_id: string;
}

export interface FoundRow extends PlaceRow {
  readonly deleted: boolean;
  readonly bytes: Buffer;
}

export function placeOf(row: PlaceRow): TaskPlace {
  return {
    taskId: row.task_id,
    uid: row.session,
    tenantId: row.tenant_id,
    userId: row.user_id,
    sessionId: row.session_id,
  };
}

/** Throws if the task cannot be decoded. */
export function foundTask(row: FoundRow): FoundTask {
  return { ...placeOf(row), task: decodeTask(row.bytes), deleted: row.deleted };
}

export function decodeTask(bytes: Uint8Array) {
  return fromBinary(TaskSchema, bytes, STORED);
}
