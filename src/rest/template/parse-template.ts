import type { PathTemplate, Segment, Variable } from "./path-template.ts";
import { Scanner } from "./scanner.ts";

const LITERAL = /(?:[A-Za-z0-9\-._~!$&'()+,;=@]|%[0-9A-Fa-f]{2})+/y;
/** Before the last segment, in a variable, and in a verb, a colon is a character. */
const LITERAL_WITH_COLON = /(?:[A-Za-z0-9\-._~!$&'()+,;=@:]|%[0-9A-Fa-f]{2})+/y;
const FIELD_PATH = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;

/** Parses a template. Throws a TemplateError that says where it goes wrong. */
export function parseTemplate(source: string): PathTemplate {
  const parser = new TemplateParser(source);
  return parser.parse();
}

class TemplateParser {
  readonly #scanner: Scanner;
  readonly #source: string;
  readonly #segments: Segment[] = [];
  readonly #variables: Variable[] = [];

  constructor(source: string) {
    this.#source = source;
    this.#scanner = new Scanner(source);
  }

  parse(): PathTemplate {
    this.#scanner.expect("/");
    if (!this.#scanner.atEnd && !this.#scanner.at(":")) this.#parseSegments("path");
    const verb = this.#scanner.take(":") ? this.#parseVerb() : "";
    if (!this.#scanner.atEnd) this.#scanner.fail("unexpected character");
    return {
      source: this.#source,
      segments: this.#segments,
      variables: this.#variables,
      verb,
    };
  }

  #parseSegments(where: "path" | "variable"): void {
    do {
      if (this.#scanner.at("{")) this.#parseVariable(where);
      else this.#parseSegment(where);
    } while (this.#scanner.take("/"));
  }

  #parseSegment(where: "path" | "variable"): void {
    if (this.#scanner.take("**")) {
      if (this.#segments.some(({ kind }) => kind === "many")) this.#scanner.fail("a second **");
      this.#segments.push({ kind: "many" });
    } else if (this.#scanner.take("*")) {
      this.#segments.push({ kind: "one" });
    } else {
      this.#segments.push({ kind: "literal", text: this.#parseLiteral(where) });
    }
  }

  /** In the last segment the first colon begins the verb; a verb is not in a variable. */
  #parseLiteral(where: "path" | "variable"): string {
    const last = where === "path" && !this.#scanner.rest.includes("/");
    const text = this.#scanner.match(last ? LITERAL : LITERAL_WITH_COLON);
    return this.#decode(text ?? this.#scanner.fail("expected a segment"));
  }

  #parseVariable(where: "path" | "variable"): void {
    if (where === "variable") this.#scanner.fail("a variable inside of a variable");
    this.#scanner.expect("{");
    const path = this.#scanner.match(FIELD_PATH) ?? this.#scanner.fail("expected a field name");
    if (this.#variables.some((other) => other.path === path)) {
      this.#scanner.fail(`variable ${path} appears twice`);
    }
    const start = this.#segments.length;
    if (this.#scanner.take("=")) this.#parseSegments("variable");
    else this.#segments.push({ kind: "one" });
    this.#scanner.expect("}");
    this.#variables.push({ path, start, end: this.#segments.length });
  }

  #parseVerb(): string {
    const text = this.#scanner.match(LITERAL_WITH_COLON);
    return this.#decode(text ?? this.#scanner.fail("expected a verb"));
  }

  #decode(text: string): string {
    try {
      return decodeURIComponent(text);
    } catch {
      return this.#scanner.fail("percent-encoded bytes that are no UTF-8");
    }
  }
}
