/**
 * A parsed path template. Grammar, of google/api/http.proto, with the extensions
 * that docs/rest.md names:
 *
 *     Template  = "/" [ Segments ] [ ":" Verb ]
 *     Segments  = Segment { "/" Segment }
 *     Segment   = "*" | "**" | Literal | "{" FieldPath [ "=" Segments ] "}"
 *     FieldPath = Ident { "." Ident }
 */
export interface PathTemplate {
  /** The template as declared. */
  readonly source: string;
  /** Segments in order. Literals are percent-decoded. */
  readonly segments: readonly Segment[];
  /** Variables in order of appearance; none overlap. */
  readonly variables: readonly Variable[];
  /** What follows the `:` of the last segment, decoded; empty if there is none. */
  readonly verb: string;
}

export type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "one" }
  | { readonly kind: "many" };

export interface Variable {
  /** The field it fills, as proto names joined by dots. */
  readonly path: string;
  /** Index of its first segment. */
  readonly start: number;
  /** Index after its last segment. */
  readonly end: number;
}
