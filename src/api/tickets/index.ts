import type { ServiceImpl } from "@connectrpc/connect";
import type { TicketService } from "../../../gen/parley/v1/ticket_service_pb.js";
import type { Context } from "../../context.ts";
import { createTicket } from "./create-ticket.ts";

export function ticketService(context: Context) {
  return { createTicket: createTicket(context) } satisfies ServiceImpl<typeof TicketService>;
}
