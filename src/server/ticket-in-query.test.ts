import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import type { HttpResponse } from "./http.ts";
import { takeTickets, ticketKey, valuesOf } from "./ticket-in-query.ts";

/** What is left of a target, and the ticket that was in it. */
function taken(url: string): [string | undefined, string | undefined] {
  const req = { url } as IncomingMessage;
  let left: string | undefined;
  void takeTickets((seen) => {
    left = seen.url;
  })(req, {} as HttpResponse);
  return [left, valuesOf(req).get(ticketKey)];
}

it.each([
  ["/watch?ticket=tk_a", "/watch", "tk_a"],
  ["/watch?after_seq=1&ticket=tk_a&x=%20", "/watch?after_seq=1&x=%20", "tk_a"],
  ["/watch?ticket=", "/watch", ""],
  ["/watch?ticket=tk_a&ticket=tk_a", "/watch", ""],
  ["/watch?ticket=a=b", "/watch", "a=b"],
  ["/watch", "/watch", undefined],
  ["/watch?tickets=1&my_ticket=1", "/watch?tickets=1&my_ticket=1", undefined],
  ["/ticket=1", "/ticket=1", undefined],
  ["/ticket=1?a=b", "/ticket=1?a=b", undefined],
])("takes the ticket out of %s", (url, left, ticket) => {
  expect(taken(url)).toEqual([left, ticket]);
});
