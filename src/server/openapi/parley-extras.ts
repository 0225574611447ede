import { create } from "@bufbuild/protobuf";
import { type AccessRule, AccessRuleSchema } from "../../../gen/parley/v1/access_pb.js";
import type {
  Header,
  OperationExtras,
  OperationFacts,
  Parameter,
} from "../../rest/openapi/index.ts";
import { accessRule } from "../interceptors/authorize.ts";
import { requestIdField } from "../interceptors/idempotency.ts";
import { errorResponses } from "./error-responses.ts";
import { EXAMPLES } from "./examples/index.ts";
import { methodSecurity } from "./security.ts";
import { statedErrors } from "./stated-errors.ts";

const IDEMPOTENCY_KEY: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same as `request_id`: makes it safe to send the request again.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

const STALE: Header = {
  description: "`true` where the answer may be older than promised, since the journal is away.",
  schema: { type: "string", enum: ["true"] },
};

/** What the protos do not say of an operation: what interceptors add, and how it may fail. */
export function describeParley(facts: OperationFacts): OperationExtras {
  const { input } = facts.method;
  const { rest, errors } = statedErrors(facts.comment);
  const security = methodSecurity(facts.method);
  const rule = accessRule(facts.method) ?? create(AccessRuleSchema);
  const isLiveRead = input.fields.some(({ name }) => name === "at_least_version");
  return {
    comment: [rest, neededText(rule)].filter(Boolean).join("\n\n"),
    extensions: { "x-scope": rule.scope, ...(rule.role !== "" && { "x-role": rule.role }) },
    ...(security && { security }),
    ...(requestIdField(input) !== null && { headers: [IDEMPOTENCY_KEY] }),
    ...(isLiveRead && { answerHeaders: { "Parley-Stale": STALE } }),
    errors: errorResponses(facts, errors),
    ...EXAMPLES[facts.operationId],
  };
}

function neededText({ scope, role }: AccessRule): string {
  return `Needs the scope \`${scope}\`${role === "" ? "" : ` and the role \`${role}\``}.`;
}
