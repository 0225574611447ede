import type { Guarded } from "../guarded.ts";
import type { Lane } from "../lane.ts";
import type { Tickets } from "./port.ts";
import { createTicket, expireTickets, findTicket } from "./tickets.ts";

/** Tickets over SQL. */
export function ticketsOver(lane: Lane, guarded: Guarded): Tickets {
  return {
    createTicket: (ticket) => guarded(() => createTicket(lane, ticket)),
    findTicket: (hash) => guarded(() => findTicket(lane, hash)),
    expireTickets: (now, limit) => guarded(() => expireTickets(lane, now, limit)),
  };
}
