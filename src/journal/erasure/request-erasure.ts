import { createHash } from "node:crypto";
import type { Erasure } from "../../../gen/parley/v1/erasure_service_pb.js";
import { outcomeUnknown, unavailable } from "../../domain/errors.ts";
import { soughtId, soughtUuid } from "../derived-text.ts";
import { failureKind } from "../failure.ts";
import type { Lane, Statement } from "../lane.ts";
import { operationDigest } from "../operation.ts";
import type { Operation } from "../port.ts";
import { ERASURE, type ErasureRow, erasureOf } from "./erasure-row.ts";
import type { ErasureAddress, ErasureOutcome, NewErasure } from "./port.ts";

/** The operation's own comes before one of the same user that is under way. */
const REQUEST_ERASURE: Statement = {
  name: "request_erasure",
  text: `
    WITH made AS (
      INSERT INTO erasures (erasure_id, tenant_id, user_id, pseudonym, requested_at, due_at,
        digest, request_hash)
      VALUES ($1, $2, $3, $4, $5, $5, $6, $7)
      ON CONFLICT DO NOTHING
      RETURNING *
    )
    SELECT ${ERASURE}, request_hash = $7 AS same, digest = $6 AS own FROM (
      SELECT * FROM made
      UNION ALL SELECT * FROM erasures WHERE digest = $6
      UNION ALL SELECT * FROM erasures WHERE tenant_id = $2 AND user_id = $3
    ) e ORDER BY own DESC LIMIT 1`,
};

const READ_ERASURE: Statement = {
  name: "read_erasure",
  text: `SELECT ${ERASURE} FROM erasures e WHERE erasure_id = $1 AND tenant_id = $2`,
};

type RequestedRow = ErasureRow & { readonly same: boolean; readonly own: boolean };

/** Also after a statement whose answer was lost: the erasure, if it was made, is found. */
const MAX_ATTEMPTS = 3;

export async function requestErasure(lane: Lane, wanted: NewErasure): Promise<ErasureOutcome> {
  let lost: unknown;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      const [row] = await lane.run<RequestedRow>(REQUEST_ERASURE, valuesOf(wanted));
      // One that was made since the statement's snapshot is found by the next try.
      if (row !== undefined) return { erasure: erasureOf(row), conflicts: row.own && !row.same };
    } catch (error) {
      if (lost === undefined && failureKind(error) !== "lost") throw error;
      lost ??= error;
    }
  }
  throw lost === undefined ? unavailable() : outcomeUnknown(lost);
}

function valuesOf(wanted: NewErasure): unknown[] {
  const { erasureId, tenantId, userId, pseudonym, requestedAt, operation } = wanted;
  return [
    erasureId,
    tenantId,
    userId,
    pseudonym,
    requestedAt.toISOString(),
    operationDigest(operation),
    blindHash(operation),
  ];
}

/** The hash of the request alone would let anybody try which user it names. */
function blindHash({ key, requestHash }: Operation): Buffer {
  return createHash("sha256").update(`${key.length}:${key}`).update(requestHash).digest();
}

export async function readErasure(
  lane: Lane,
  { tenantId, erasureId }: ErasureAddress,
): Promise<Erasure | undefined> {
  const values = [soughtUuid(erasureId), soughtId(tenantId)];
  const [row] = await lane.run<ErasureRow>(READ_ERASURE, values);
  return row && erasureOf(row);
}
