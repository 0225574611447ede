import type { DescMessage } from "@bufbuild/protobuf";
import type { Properties } from "../codec/local-value.ts";
import { Invalid, type Violations } from "../codec/violation.ts";
import { type FieldPath, resolveFieldPath } from "./field-path.ts";
import { formPairs } from "./form-pairs.ts";
import { GivenFields } from "./given-fields.ts";
import { setParameter } from "./parameter.ts";

/** Which fields of a request a query may fill. */
export interface QueryPlan {
  readonly desc: DescMessage;
  /** Paths that the URL path or the body fills: neither they nor what is below them. */
  readonly taken: ReadonlySet<string>;
  /** False when the body is the whole request. */
  readonly open: boolean;
  /** Whether parameters that fill nothing are passed over. Default: they are refused. */
  readonly ignoreUnknown?: boolean;
}

const unknown = new Invalid("is not a parameter here");
export const malformedPair = new Invalid("is not percent-encoded UTF-8");

/** Fills a request from a raw query string and reports every parameter that is wrong. */
export function bindQuery(
  message: Properties,
  query: string,
  plan: QueryPlan,
  violations: Violations,
): void {
  const given = new GivenFields();
  for (const { name, value, text } of formPairs(query)) {
    if (name === undefined || value === undefined) {
      violations.add(name ?? text, malformedPair.description);
      continue;
    }
    const path = plan.open ? resolveFieldPath(plan.desc, name) : undefined;
    if (path === undefined || isTaken(path, plan.taken)) {
      if (plan.ignoreUnknown !== true) violations.add(path?.name ?? name, unknown.description);
      continue;
    }
    const invalid = given.add(path) ?? setParameter(message, path, value);
    if (invalid !== undefined) violations.add(path.name, invalid.description);
  }
}

function isTaken(path: FieldPath, taken: ReadonlySet<string>): boolean {
  if (taken.has(path.name)) return true;
  let prefix = "";
  for (const field of path.parents) {
    prefix = prefix === "" ? field.name : `${prefix}.${field.name}`;
    if (taken.has(prefix)) return true;
  }
  return false;
}
