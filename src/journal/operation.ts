import { createHash } from "node:crypto";
import type { Operation } from "./port.ts";

/** How long an operation is remembered: a retry within it is recognised. */
export const OPERATION_LIFETIME_MS = 24 * 3_600_000;

/** Digest and request hash of an operation: 32 bytes each. */
export const DIGEST_BYTES = 32;

/** SHA-256 over whose operation it is; lengths keep neighbouring texts apart. */
export function operationDigest(operation: Operation): Buffer {
  const hash = createHash("sha256");
  for (const text of [operation.tenantId, operation.userId, operation.method, operation.key]) {
    hash.update(`${text.length}:${text}`);
  }
  return hash.digest();
}

/** Operations of this moment or before count as forgotten. */
export function forgottenSince(now: Date): Date {
  return new Date(now.getTime() - OPERATION_LIFETIME_MS);
}
