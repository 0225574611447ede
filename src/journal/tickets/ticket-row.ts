import { type CredentialProof, isRole } from "../../domain/principal.ts";
import { isScope } from "../../domain/scopes.ts";
import type { Ticket } from "../../domain/ticket.ts";
import { derivedText } from "../derived-text.ts";

export const TICKET =
  "hash, tenant_id, user_id, roles, scopes, groups, email, session_uid, key_prefix, key_hash, " +
  "token_ends_at, expires_at";

export interface TicketRow {
  readonly hash: Buffer;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly roles: string[];
  readonly scopes: string[];
  readonly groups: string[];
  readonly email: string | null;
  readonly session_uid: string | null;
  readonly key_prefix: string | null;
  readonly key_hash: Buffer | null;
  readonly token_ends_at: Date | null;
  readonly expires_at: Date;
}

export function ticketOfRow(row: TicketRow): Ticket {
  const proof = proofOf(row);
  return {
    hash: row.hash,
    caller: {
      tenantId: row.tenant_id,
      userId: row.user_id,
      roles: new Set(row.roles.filter(isRole)),
      scopes: new Set(row.scopes.filter(isScope)),
      groups: new Set(row.groups),
      ...(row.email !== null && { email: row.email }),
      ...(proof && { proof }),
      ...(row.session_uid !== null && { onlySession: row.session_uid }),
    },
    expiresAt: row.expires_at,
  };
}

function proofOf(row: TicketRow): CredentialProof | undefined {
  if (row.key_prefix !== null && row.key_hash !== null) {
    return { kind: "key", prefix: row.key_prefix, hash: row.key_hash };
  }
  return row.token_ends_at === null ? undefined : { kind: "token", endsAt: row.token_ends_at };
}

/** What the columns are to hold, in their order. */
export function ticketValues({ hash, caller, expiresAt }: Ticket): unknown[] {
  const { proof } = caller;
  return [
    hash,
    caller.tenantId,
    caller.userId,
    [...caller.roles],
    [...caller.scopes],
    [...(caller.groups ?? [])].map((group) => derivedText(group)),
    caller.email ?? null,
    caller.onlySession ?? null,
    proof?.kind === "key" ? proof.prefix : null,
    proof?.kind === "key" ? proof.hash : null,
    proof?.kind === "token" ? proof.endsAt.toISOString() : null,
    expiresAt.toISOString(),
  ];
}
