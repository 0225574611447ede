import { formatPlace, Invalid, type Place, type Step, type Violations } from "./violation.ts";

/** Levels of messages below the request, which is the first of the 100 of protobuf's parsers. */
export const MAX_DEPTH = 99;

export const tooDeep = new Invalid("is nested too deeply");

/** What one reading carries along. */
export interface ReadContext {
  readonly violations: Violations;
  /** How many levels down the reader may still go. */
  depth: number;
  /** Whether members that name no field are passed over. Default: they are refused. */
  readonly ignoreUnknown?: boolean;
}

/** Reports what is wrong at a step below `parent`. Gives undefined, for "no value". */
export function refuse(
  ctx: ReadContext,
  parent: Place | undefined,
  step: Step,
  invalid: Invalid,
): undefined {
  ctx.violations.add(formatPlace(parent, step), invalid.description);
}

/**
 * Reads the value at a step below `parent` as protobuf-es keeps it in a field;
 * undefined after it has reported what is wrong.
 */
export type ReadValue = (
  json: unknown,
  ctx: ReadContext,
  parent: Place | undefined,
  step: Step,
) => unknown;

/** A reader for which the value counts as one level of messages, as it does in binary. */
export function asMessage(read: ReadValue): ReadValue {
  return (json, ctx, parent, step) => {
    if (ctx.depth <= 0) return refuse(ctx, parent, step, tooDeep);
    ctx.depth--;
    const value = read(json, ctx, parent, step);
    ctx.depth++;
    return value;
  };
}

/** A reader from a parser that knows no places. */
export function readWith(parse: (json: unknown) => unknown): ReadValue {
  return (json, ctx, parent, step) => {
    const value = parse(json);
    return value instanceof Invalid ? refuse(ctx, parent, step, value) : value;
  };
}

/** A reader from a parser of text. */
export function readTextWith(parse: (text: string) => unknown): ReadValue {
  const notString = new Invalid("must be a string");
  return readWith((json) => (typeof json === "string" ? parse(json) : notString));
}
