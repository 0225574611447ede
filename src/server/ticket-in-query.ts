import { type ContextValues, createContextKey, createContextValues } from "@connectrpc/connect";
import type { HttpHandler, HttpRequest } from "./http.ts";

/** Where the ticket of a call is, if its query had one. */
export const ticketKey = createContextKey<string | undefined>(undefined, {
  description: "ticket",
});

const PARAMETER = "ticket=";
const taken = new WeakMap<HttpRequest, string>();

/** Takes tickets out of targets: they are no parameters of methods, and nobody else is to see them. */
export function takeTickets(next: HttpHandler): HttpHandler {
  return (req, res) => {
    const target = req.url ?? "";
    if (target.includes(PARAMETER)) take(req, target);
    return next(req, res);
  };
}

function take(req: HttpRequest, target: string): void {
  const at = target.indexOf("?");
  if (at === -1) return;
  const [found = [], others = []] = split(target.slice(at + 1));
  const [ticket] = found;
  if (ticket === undefined) return;
  req.url =
    others.length === 0 ? target.slice(0, at) : `${target.slice(0, at)}?${others.join("&")}`;
  // Two are as good as none: of two answers to who calls none is right.
  taken.set(req, found.length === 1 ? ticket.slice(PARAMETER.length) : "");
}

function split(query: string): [string[], string[]] {
  const pairs = query.split("&");
  const isTicket = (pair: string) => pair.startsWith(PARAMETER);
  return [pairs.filter(isTicket), pairs.filter((pair) => !isTicket(pair))];
}

/** What interceptors are told of a request. */
export function valuesOf(req: HttpRequest): ContextValues {
  const values = createContextValues();
  const ticket = taken.get(req);
  return ticket === undefined ? values : values.set(ticketKey, ticket);
}
