import { unauthenticated } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { callerByTicket, isBeforeEnd, isUsable, type Ticket } from "../../domain/ticket.ts";
import { hashOf, isTicket } from "../../key-secret.ts";
import type { Authenticator } from "./authenticator.ts";
import type { KeyRing } from "./key-ring.ts";

export interface TicketOptions {
  readonly find: (hash: Uint8Array) => Promise<Ticket | undefined>;
  /** Where the keys are that tickets were made with; undefined: there are none. */
  readonly ring: KeyRing | undefined;
  readonly now: () => Date;
}

/** Callers who show a ticket, which is in no header. */
export interface TicketAuthenticator extends Required<Pick<Authenticator, "isStillGood">> {
  admit(ticket: string): Promise<Principal>;
}

/** A ticket is worth what it was made with: no more than that, and no longer. */
export function ticketAuthenticator({ find, ring, now }: TicketOptions): TicketAuthenticator {
  const isStillGood = async ({ proof }: Principal) => {
    if (proof?.kind !== "key") return isBeforeEnd(proof, now());
    return (await ring?.findByHash(proof.prefix, Buffer.from(proof.hash))) !== undefined;
  };
  return {
    isStillGood,
    async admit(text) {
      if (!isTicket(text)) throw unauthenticated("no ticket, by its form");
      const ticket = await find(hashOf(text));
      if (ticket === undefined || !isUsable(ticket, now())) {
        throw unauthenticated("a ticket that does not work");
      }
      const caller = callerByTicket(ticket);
      if (!(await isStillGood(caller))) {
        throw unauthenticated("a ticket of a credential that has ended");
      }
      return caller;
    },
  };
}
