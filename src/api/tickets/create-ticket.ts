import { durationMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import type { CreateTicketRequest } from "../../../gen/parley/v1/ticket_service_pb.js";
import type { Context } from "../../context.ts";
import type { Principal } from "../../domain/principal.ts";
import { MAX_TICKET_MS, ticketEnd, ticketOf } from "../../domain/ticket.ts";
import { hashOf, newTicket } from "../../key-secret.ts";
import { callerOf } from "../caller.ts";

export function createTicket(context: Context) {
  return async ({ sessionId, ttl }: CreateTicketRequest, call: HandlerContext) => {
    const caller = callerOf(call);
    const uid = sessionId === "" ? undefined : await uidOf(context, caller, sessionId);
    const ttlMs = ttl === undefined ? MAX_TICKET_MS : durationMs(ttl);
    const expiresAt = ticketEnd(caller, context.clock.now(), ttlMs);
    const secret = newTicket();
    await context.log.createTicket(ticketOf(caller, { hash: hashOf(secret), expiresAt }, uid));
    return { ticket: secret, expiresAt: timestampFromDate(expiresAt) };
  };
}

async function uidOf(context: Context, principal: Principal, id: string): Promise<string> {
  const wish = { principal, id, consistency: Consistency.LIVE, atLeastVersion: 0 };
  return (await context.log.read(wish)).head.uid;
}
