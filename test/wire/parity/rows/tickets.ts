import { TicketService } from "../../../../gen/parley/v1/ticket_service_pb.js";
import { type Row, row } from "./row.ts";

/** Making tickets; what they open stands in test/e2e/access. */
export const TICKET_ROWS: readonly Row[] = [
  row(TicketService.method.createTicket, [
    { name: "for all that one may read", input: {} },
    {
      name: "for one session, and not for long",
      input: { sessionId: "one", ttl: { seconds: 5n } },
    },
    {
      name: "for a session that is not there",
      input: { sessionId: "unknown" },
      fails: "session_not_found",
    },
    { name: "for longer", input: { ttl: { seconds: 61n } }, fails: "invalid_argument" },
    { name: "for no time", input: { ttl: {} }, fails: "invalid_argument" },
  ]),
];
