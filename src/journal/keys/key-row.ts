import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ApiKey, ApiKeySchema } from "../../../gen/parley/v1/key_service_pb.js";
import { derivedText } from "../derived-text.ts";
import { operationDigest } from "../operation.ts";
import type { NewKey } from "./port.ts";

/** What a key is made of, without its hash. */
export const KEY =
  "key_id, tenant_id, user_id, name, prefix, scopes, roles, created_at, created_by, expires_at, " +
  "revoked_at, last_used_at, replaced_by";

export interface KeyRow {
  readonly key_id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: string[];
  readonly roles: string[];
  readonly created_at: Date;
  readonly created_by: string;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly replaced_by: string | null;
}

export function keyOf(row: KeyRow): ApiKey {
  return create(ApiKeySchema, {
    keyId: row.key_id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    roles: row.roles,
    createdAt: timestampFromDate(row.created_at),
    createdBy: row.created_by,
    ...(row.expires_at && { expiresAt: timestampFromDate(row.expires_at) }),
    ...(row.revoked_at && { revokedAt: timestampFromDate(row.revoked_at) }),
    ...(row.last_used_at && { lastUsedAt: timestampFromDate(row.last_used_at) }),
    ...(row.replaced_by !== null && { replacedBy: row.replaced_by }),
  });
}

/** The columns of a new key, and what they are to hold. */
export const NEW_KEY =
  "key_id, tenant_id, user_id, name, prefix, hash, scopes, roles, created_at, created_by, " +
  "expires_at, digest, request_hash";

/** Where a statement has what is to be in them, by its first thirteen parameters. */
export const NEW_KEY_VALUES =
  "$1::uuid, $2::text, $3::text, $4::text, $5::text, $6::bytea, $7::text[], $8::text[], " +
  "$9::timestamptz, $10::text, $11::timestamptz, $12::bytea, $13::bytea";

export function newKeyValues({ key, hash, operation }: NewKey): unknown[] {
  return [
    key.keyId,
    key.tenantId,
    key.userId,
    derivedText(key.name),
    key.prefix,
    hash,
    key.scopes,
    key.roles,
    timestampDate(key.createdAt!).toISOString(),
    key.createdBy,
    key.expiresAt === undefined ? null : timestampDate(key.expiresAt).toISOString(),
    operationDigest(operation),
    operation.requestHash,
  ];
}
