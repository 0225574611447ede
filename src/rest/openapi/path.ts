import type { Binding, BoundVariable } from "../rule/binding.ts";
import type { PathTemplate, Segment } from "../template/path-template.ts";

/** A path template in OpenAPI's words. */
export interface OpenApiPath {
  /** `/shelves/{name}`; with `shape`, equal for templates that OpenAPI cannot tell apart. */
  readonly text: string;
  readonly shape: string;
  /** One for each pair of braces, in order. */
  readonly wildcards: readonly Wildcard[];
}

/** A part of a path that callers choose. */
export interface Wildcard {
  readonly name: string;
  /** The variable it is in; undefined for one that stands in the template alone. */
  readonly bound: BoundVariable | undefined;
  /** `**`: any number of segments, none included, which OpenAPI cannot say. */
  readonly many: boolean;
  /** The variable's own pattern, where it is more than this wildcard. */
  readonly pattern: string | undefined;
}

/**
 * OpenAPI has one kind of variable: a segment. So each wildcard of a template gets
 * braces of its own, and literals inside of a variable are written out. Of
 * `{name=shelves/*}` comes `/shelves/{name}`; a second `*` would make it `{name_1}`
 * and `{name_2}`.
 */
export function openApiPath({ template, variables }: Binding): OpenApiPath {
  const wildcards: Wildcard[] = [];
  const parts = template.segments.map((segment, at) => {
    if (segment.kind === "literal") return encodeURIComponent(segment.text);
    const bound = variables.find(({ variable }) => variable.start <= at && at < variable.end);
    const name = wildcardName(template, bound, at);
    const pattern = bound && patternOf(template, bound);
    wildcards.push({ name, bound, many: segment.kind === "many", pattern });
    return `{${name}}`;
  });
  const verb = template.verb === "" ? "" : `:${encodeURIComponent(template.verb)}`;
  const text = `/${parts.join("/")}${verb}`;
  return { text, shape: text.replace(/\{[^}]*\}/g, "{}"), wildcards };
}

/** Named after the variable; numbered where it has several wildcards, or there is none. */
function wildcardName(
  { segments }: PathTemplate,
  bound: BoundVariable | undefined,
  at: number,
): string {
  const start = bound?.variable.start ?? 0;
  const isWild = ({ kind }: Segment) => kind !== "literal";
  const number = segments.slice(start, at + 1).filter(isWild).length;
  if (bound === undefined) return `segment_${number}`;
  const count = segments.slice(start, bound.variable.end).filter(isWild).length;
  return count === 1 ? bound.path.name : `${bound.path.name}_${number}`;
}

function patternOf(
  { segments }: PathTemplate,
  { variable: { start, end } }: BoundVariable,
): string | undefined {
  if (end - start === 1) return undefined;
  const texts = { one: "*", many: "**" };
  return segments
    .slice(start, end)
    .map((segment) => (segment.kind === "literal" ? segment.text : texts[segment.kind]))
    .join("/");
}

/** The same path under the names of another one of its shape, which stands for both. */
export function renameWildcards(path: OpenApiPath, names: OpenApiPath): OpenApiPath {
  const wildcards = path.wildcards.map((wildcard, at) => {
    const { name } = names.wildcards[at]!;
    return { ...wildcard, name };
  });
  return { ...path, text: names.text, wildcards };
}
