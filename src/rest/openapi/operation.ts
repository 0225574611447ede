import type { DescService } from "@bufbuild/protobuf";
import type { Binding } from "../rule/binding.ts";
import type { Operation, Response, Schema } from "./open-api.ts";
import type { OpenApiOptions, OperationExtras, OperationFacts } from "./options.ts";
import { headerParameters, pathParameters, queryParameters } from "./parameters.ts";
import type { OpenApiPath } from "./path.ts";
import { requestBody } from "./request-body.ts";
import { errorResponses, successResponses } from "./responses.ts";
import { statedRules } from "./schema/limits.ts";
import type { Schemas } from "./schema/schemas.ts";

/** What all operations of a document have in common. */
export interface OperationParts {
  readonly schemas: Schemas;
  readonly tags: ReadonlyMap<DescService, string>;
  /** The schema of every error. */
  readonly error: Schema;
  /** Responses that are kept under a name. */
  readonly shared: Map<string, Response>;
  readonly extras: OpenApiOptions["extras"];
}

/** Describes one binding. */
export function describeOperation(
  binding: Binding,
  operationId: string,
  path: OpenApiPath,
  parts: OperationParts,
): Operation {
  const { schemas } = parts;
  const { method } = binding.endpoint.spec;
  const bound = [
    ...pathParameters(path, schemas),
    ...queryParameters(binding, schemas),
    ...headerParameters(binding),
  ];
  const facts: OperationFacts = {
    operationId,
    method,
    httpMethod: binding.httpMethod,
    comment: schemas.comment(`${method.parent.typeName}.${method.name}`) ?? "",
    hasParameters: bound.length > 0,
    hasBody: binding.body.kind !== "none",
    ifMatch: binding.ifMatch !== undefined,
  };
  const extras: OperationExtras = parts.extras?.(facts) ?? {};
  const parameters = [...bound, ...(extras.headers ?? [])];
  const body = requestBody(binding, schemas, extras.requestExamples);
  return {
    tags: [parts.tags.get(method.parent) ?? method.parent.name],
    ...describe(binding, extras.comment ?? facts.comment),
    operationId,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: {
      ...successResponses(binding, schemas, extras),
      ...errorResponses(extras.errors, parts.error, parts.shared),
    },
    ...(extras.security && { security: extras.security }),
    ...(method.deprecated && { deprecated: true }),
    ...extras.extensions,
  };
}

/** The first sentence sums it up. Rules of a request that is no body have no other place. */
function describe(binding: Binding, comment: string): { summary?: string; description?: string } {
  const [, summary = "", rest = ""] = /^(.*?[^.])(?:\.(?:\s+|$)|\n|$)(.*)$/s.exec(comment) ?? [];
  const { input } = binding.endpoint.spec.method;
  const rules = binding.http.body === "*" ? [] : statedRules(input).map((rule) => `- ${rule}`);
  const description = [rest, rules.length > 0 && `Rules:\n\n${rules.join("\n")}`]
    .filter(Boolean)
    .join("\n\n");
  return { ...(summary && { summary }), ...(description && { description }) };
}
