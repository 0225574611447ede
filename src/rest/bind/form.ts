import type { DescMessage } from "@bufbuild/protobuf";
import { isOutputOnly } from "../codec/field-behavior.ts";
import type { Properties } from "../codec/local-value.ts";
import type { ReadContext } from "../codec/read-context.ts";
import { type FieldPath, resolveFieldPath } from "./field-path.ts";
import { formPairs } from "./form-pairs.ts";
import { GivenFields } from "./given-fields.ts";
import { setParameter } from "./parameter.ts";
import { malformedPair } from "./query.ts";
import { isUpload } from "./upload-field.ts";

/**
 * Most fields of a form, and parts of a multipart body: far beyond any form, and
 * few enough that reading them takes milliseconds.
 */
export const MAX_FORM_FIELDS = 1000;

/** Which fields of a request a form fills. */
export interface FormPlan {
  /** The request. */
  readonly desc: DescMessage;
  /** What the name of every field goes on from: empty, or the body's field and a dot. */
  readonly prefix: string;
  /** The one field it fills, where the body is a file; undefined: all there are. */
  readonly only: string | undefined;
  /** Names that are passed over, as in a JSON body. */
  readonly skip: ReadonlySet<string>;
}

/**
 * Fills a request from a form: fields by path, as in a query. Gives the paths that
 * were filled, or `"too_many"`.
 */
export function bindForm(
  message: Properties,
  text: string,
  plan: FormPlan,
  ctx: ReadContext,
): ReadonlySet<string> | "too_many" {
  const given = new GivenFields();
  let count = 0;
  for (const { name, value, text: pair } of formPairs(text)) {
    if (++count > MAX_FORM_FIELDS) return "too_many";
    if (name === undefined || value === undefined) {
      ctx.violations.add(name ?? pair, malformedPair.description);
      continue;
    }
    const path = formField(name, plan, ctx);
    if (path === undefined) continue;
    const invalid = given.add(path) ?? setParameter(message, path, value);
    if (invalid !== undefined) ctx.violations.add(path.name, invalid.description);
  }
  return given.names;
}

/** The field a name stands for; undefined when it is passed over, or refused as unknown. */
export function formField(name: string, plan: FormPlan, ctx: ReadContext): FieldPath | undefined {
  if (plan.skip.has(name)) return undefined;
  const path = resolveFieldPath(plan.desc, plan.prefix + name);
  if (path === undefined || !isIncluded(path, plan)) {
    if (!ctx.ignoreUnknown) ctx.violations.add(plan.prefix + name, "is not a field here");
    return undefined;
  }
  return [...path.parents, path.leaf].some(isOutputOnly) ? undefined : path;
}

function isIncluded(path: FieldPath, { only }: FormPlan): boolean {
  if (only !== undefined) return path.name === only;
  return !path.parents.some((parent) => isUpload(parent.message));
}
