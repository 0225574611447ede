import type { CredentialProof, Principal } from "./principal.ts";

/** Tickets open streams for at most so long. */
export const MAX_TICKET_MS = 60_000;

/** A ticket as it is kept: whom it stands for, and the SHA-256 of its secret. */
export interface Ticket {
  readonly hash: Uint8Array;
  readonly caller: TicketHolder;
  readonly expiresAt: Date;
}

/** Whom a ticket stands for: a caller as it was when it made the ticket. */
export type TicketHolder = Pick<
  Principal,
  "tenantId" | "userId" | "roles" | "scopes" | "groups" | "email" | "proof" | "onlySession"
>;

/** A ticket of somebody, for all of its sessions or for one, by its internal id. */
export function ticketOf(
  caller: Principal,
  ticket: { readonly hash: Uint8Array; readonly expiresAt: Date },
  sessionUid: string | undefined,
): Ticket {
  const { via: _, ...holder } = caller;
  return {
    ...ticket,
    caller: { ...holder, ...(sessionUid !== undefined && { onlySession: sessionUid }) },
  };
}

/** Who calls with a ticket. */
export function callerByTicket({ caller }: Ticket): Principal {
  return { ...caller, via: "ticket" };
}

/** True while a ticket opens streams. */
export function isUsable({ expiresAt }: Ticket, now: Date): boolean {
  return now < expiresAt;
}

/** True unless what a caller came with was a token that has ended. */
export function isBeforeEnd(proof: CredentialProof | undefined, now: Date): boolean {
  return proof?.kind !== "token" || now < proof.endsAt;
}

/** When a ticket ends that is to open streams for so long: no later than what it stands for. */
export function ticketEnd({ proof }: Principal, now: Date, ttlMs: number): Date {
  const end = now.getTime() + ttlMs;
  return new Date(proof?.kind === "token" ? Math.min(end, proof.endsAt.getTime()) : end);
}
