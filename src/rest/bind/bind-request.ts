import { create, type Message } from "@bufbuild/protobuf";
import type { Properties } from "../codec/local-value.ts";
import { Invalid, Violations } from "../codec/violation.ts";
import { invalidFields } from "../error/request-error.ts";
import { parseIfMatch } from "../http/etag.ts";
import type { NodeRequest } from "../http/node-http.ts";
import type { Binding } from "../rule/binding.ts";
import { captureVariable, type MatchedPath } from "../template/capture.ts";
import { bindBody } from "./body.ts";
import { setParameter } from "./parameter.ts";
import { bindQuery } from "./query.ts";

/**
 * The input message of a request: its body, then its query, then its path, then
 * its headers; later ones win. Throws a ConnectError that names every field found
 * wrong, and those of reading the body.
 */
export async function bindRequest(
  request: NodeRequest,
  binding: Binding,
  path: MatchedPath,
  query: string,
): Promise<Message> {
  const input = create(binding.endpoint.spec.method.input);
  const fields = input as unknown as Properties;
  const violations = new Violations();
  const bound = bindBody(request, binding, fields, violations);
  const fillMask = bound instanceof Promise ? await bound : bound;
  if (query !== "") bindQuery(fields, query, binding.query, violations);
  for (const { variable, path: field } of binding.variables) {
    const invalid = setParameter(fields, field, captureVariable(binding.template, variable, path));
    if (invalid !== undefined) violations.add(field.name, invalid.description);
  }
  bindHeaders(request, binding, fields, violations);
  if (violations.any) throw invalidFields(violations.list);
  fillMask?.(); // after the query, which may hold one
  return input;
}

function bindHeaders(
  request: NodeRequest,
  { lastEventId, ifMatch }: Binding,
  fields: Properties,
  violations: Violations,
): void {
  const eventId = request.headers["last-event-id"];
  if (lastEventId !== undefined && eventId !== undefined && eventId !== "") {
    const invalid = setParameter(fields, lastEventId, String(eventId));
    if (invalid) violations.add(lastEventId.name, `(Last-Event-ID) ${invalid.description}`);
  }
  const condition = request.headers["if-match"];
  if (ifMatch !== undefined && condition !== undefined) {
    const tag = parseIfMatch(condition);
    const invalid =
      tag === undefined
        ? new Invalid("must be one entity tag")
        : setParameter(fields, ifMatch, tag);
    if (invalid) violations.add(ifMatch.name, `(If-Match) ${invalid.description}`);
  }
}
