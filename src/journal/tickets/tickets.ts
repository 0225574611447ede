import type { Ticket } from "../../domain/ticket.ts";
import type { Lane, Statement } from "../lane.ts";
import { TICKET, type TicketRow, ticketOfRow, ticketValues } from "./ticket-row.ts";

const CREATE_TICKET: Statement = {
  name: "create_ticket",
  text: `
    INSERT INTO tickets (${TICKET})
    VALUES ($1::bytea, $2, $3, $4::text[], $5::text[], $6::text[], $7, $8::uuid, $9, $10::bytea,
      $11::timestamptz, $12::timestamptz)`,
};

const FIND_TICKET: Statement = {
  name: "find_ticket",
  text: `SELECT ${TICKET} FROM tickets WHERE hash = $1`,
};

/** `SKIP LOCKED`, since other replicas clear up as well. */
const EXPIRE_TICKETS: Statement = {
  name: "expire_tickets",
  text: `
    WITH expired AS (
      DELETE FROM tickets WHERE hash IN (
        SELECT hash FROM tickets WHERE expires_at <= $1
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING 1
    )
    SELECT count(*)::int AS count FROM expired`,
};

export async function createTicket(lane: Lane, ticket: Ticket): Promise<void> {
  await lane.run(CREATE_TICKET, ticketValues(ticket));
}

export async function findTicket(lane: Lane, hash: Uint8Array): Promise<Ticket | undefined> {
  const [row] = await lane.run<TicketRow>(FIND_TICKET, [hash]);
  return row && ticketOfRow(row);
}

export async function expireTickets(lane: Lane, now: Date, limit: number): Promise<number> {
  const values = [now.toISOString(), limit];
  const [row] = await lane.run<{ count: number }>(EXPIRE_TICKETS, values);
  return row!.count;
}
