import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Erasure,
  ErasureSchema,
  ErasureStatus,
} from "../../../gen/parley/v1/erasure_service_pb.js";

/** What an erasure is made of, its counts with it. */
export const ERASURE = `erasure_id, pseudonym, requested_at, started_at, completed_at, (
      SELECT json_object_agg(c.kind, c.count ORDER BY c.kind)
      FROM erasure_counts c WHERE c.erasure_id = e.erasure_id) AS counts`;

export interface ErasureRow {
  readonly erasure_id: string;
  readonly pseudonym: string;
  readonly requested_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  readonly counts: Readonly<Record<string, number>> | null;
}

export function erasureOf(row: ErasureRow): Erasure {
  const { completed_at: completedAt } = row;
  return create(ErasureSchema, {
    erasureId: row.erasure_id,
    status: statusOf(row),
    pseudonym: row.pseudonym,
    requestedAt: timestampFromDate(row.requested_at),
    removed: { ...row.counts },
    ...(completedAt !== null && { completedAt: timestampFromDate(completedAt) }),
  });
}

function statusOf({ started_at, completed_at }: ErasureRow): ErasureStatus {
  if (completed_at !== null) return ErasureStatus.COMPLETED;
  return started_at === null ? ErasureStatus.PENDING : ErasureStatus.RUNNING;
}
