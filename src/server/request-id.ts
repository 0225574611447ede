import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { HttpRequest, HttpResponse } from "./http.ts";

export const REQUEST_ID = "x-request-id";

/** Anything else could break a log line or a header. */
const SANE = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/**
 * Gives every request an id: the caller's if it is sane, else a new one. It is in
 * the answer's headers whatever answers, and in the request's, where the
 * interceptors of all protocols find it.
 */
export function identify(req: HttpRequest, res: HttpResponse): string {
  const given = req.headers[REQUEST_ID];
  const id = typeof given === "string" && SANE.test(given) ? given : randomUUID();
  req.headers[REQUEST_ID] = id;
  (res as ServerResponse).setHeader(REQUEST_ID, id);
  return id;
}
