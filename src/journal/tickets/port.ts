import type { Ticket } from "../../domain/ticket.ts";

/** Tickets for streams. Of their secrets a journal knows the hashes. */
export interface Tickets {
  /** Writes a ticket, whose secret nobody has drawn before. */
  createTicket(ticket: Ticket): Promise<void>;
  /** The ticket of this hash, as long as it is kept, whether it still opens anything or not. */
  findTicket(hash: Uint8Array): Promise<Ticket | undefined>;
  /** Forgets tickets that are over, at most `limit`; says how many. */
  expireTickets(now: Date, limit: number): Promise<number>;
}
