import type { Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import { callerKey } from "../../api/caller.ts";
import { ParleyError, unauthenticated } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import { credentialIn } from "../auth/credential.ts";
import type { TicketAuthenticator } from "../auth/ticket.ts";
import { REQUEST_ID } from "../request-id.ts";
import { ticketKey } from "../ticket-in-query.ts";
import { type CallRequest, isReadStream, methodName } from "./call.ts";
import { watchCredential } from "./watch-credential.ts";

export interface Authentication {
  /** Tried in order. */
  readonly authenticators: readonly Authenticator[];
  /** Unset: tickets let nobody in. */
  readonly tickets?: TicketAuthenticator | undefined;
  readonly logger: Logger;
}

/** Somebody who is known, and how. */
interface Known {
  readonly caller: Principal;
  readonly way: Pick<Authenticator, "isStillGood">;
}

/**
 * Finds out who calls, by the first way that applies, and refuses everybody else: always in the
 * same words, so that nobody learns what was wrong; that is in the log, without the credential.
 */
export function authenticateCalls(options: Authentication): Interceptor {
  const { authenticators, tickets, logger } = options;
  return (next) => (req) => {
    const admit = ({ caller, way }: Known) => {
      req.contextValues.set(callerKey, caller);
      return req.stream ? watchCredential(next, req, way, caller) : next(req);
    };
    const refuse = (error: unknown): never => {
      logRefusal(error, req, logger);
      throw error;
    };
    let known: Known | Promise<Known>;
    try {
      const ticket = req.contextValues.get(ticketKey);
      known =
        ticket === undefined
          ? authenticate(authenticators, req.header)
          : admitTicket(ticket, req, tickets);
    } catch (error) {
      return refuse(error);
    }
    return known instanceof Promise ? known.then(admit, refuse) : admit(known);
  };
}

/** Waits only where a way has to: an answer at once keeps a call within its turn. */
function authenticate(ways: readonly Authenticator[], header: Headers): Known | Promise<Known> {
  for (const [i, way] of ways.entries()) {
    const caller = way.authenticate(header);
    if (caller instanceof Promise) {
      return caller.then((found) =>
        found === undefined ? authenticate(ways.slice(i + 1), header) : { caller: found, way },
      );
    }
    if (caller !== undefined) return { caller, way };
  }
  throw unauthenticated("no credential");
}

/** By a ticket, where one may come: pages read streams so, and for anything else they have headers. */
async function admitTicket(
  ticket: string,
  req: CallRequest,
  tickets: TicketAuthenticator | undefined,
): Promise<Known> {
  if (tickets === undefined || !takesTickets(req)) {
    throw unauthenticated("a ticket where none counts");
  }
  if (credentialIn(req.header) !== undefined) throw unauthenticated("two different credentials");
  return { caller: await tickets.admit(ticket), way: tickets };
}

function takesTickets({ method, requestMethod }: CallRequest): boolean {
  return requestMethod === "GET" && isReadStream(method);
}

function logRefusal(error: unknown, req: CallRequest, logger: Logger): void {
  if (!(error instanceof ParleyError) || error.reason !== "unauthenticated") return;
  logger.info(
    { why: error.cause, method: methodName(req), request_id: req.header.get(REQUEST_ID) },
    "a credential was refused",
  );
}
