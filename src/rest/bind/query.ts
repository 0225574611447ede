import type { DescMessage } from "@bufbuild/protobuf";
import type { Properties } from "../codec/local-value.ts";
import { Invalid, type Violations } from "../codec/violation.ts";
import { type FieldPath, resolveFieldPath } from "./field-path.ts";
import { setParameter } from "./parameter.ts";

/** Which fields of a request a query may fill. */
export interface QueryPlan {
  readonly desc: DescMessage;
  /** Paths that the URL path or the body fills: neither they nor what is below them. */
  readonly taken: ReadonlySet<string>;
  /** False when the body is the whole request. */
  readonly open: boolean;
}

const unknown = new Invalid("is not a parameter here");
const givenTwice = new Invalid("is given twice");
const malformed = new Invalid("is not percent-encoded UTF-8");

/** Fills a request from a raw query string and reports every parameter that is wrong. */
export function bindQuery(
  message: Properties,
  query: string,
  plan: QueryPlan,
  violations: Violations,
): void {
  const seen = new Set<string>();
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const key = decode(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? "" : decode(pair.slice(at + 1));
    if (key === undefined || value === undefined) {
      violations.add(key ?? pair, malformed.description);
      continue;
    }
    const path = plan.open ? resolveFieldPath(plan.desc, key) : undefined;
    const invalid = path === undefined ? unknown : bindOne(message, path, value, plan, seen);
    if (invalid !== undefined) violations.add(path?.name ?? key, invalid.description);
  }
}

function bindOne(
  message: Properties,
  path: FieldPath,
  value: string,
  plan: QueryPlan,
  seen: Set<string>,
): Invalid | undefined {
  if (isTaken(path, plan.taken)) return unknown;
  if (path.leaf.fieldKind !== "list" && seen.has(path.name)) return givenTwice;
  seen.add(path.name);
  return setParameter(message, path, value);
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

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
