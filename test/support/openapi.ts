import { readFileSync } from "node:fs";
import type { OpenApiDocument, Operation } from "../../src/rest/openapi/index.ts";
import { SchemaChecks } from "../../src/rest/testing/json-schema.ts";

/** An operation with where it stands in the document. */
export interface DocumentedOperation {
  readonly operation: Operation;
  readonly method: string;
  readonly template: string;
}

/** The committed document, and checks against it. */
export class ApiDescription {
  readonly document: OpenApiDocument;
  readonly operations: readonly DocumentedOperation[];
  readonly #checks: SchemaChecks;

  constructor() {
    const file = new URL("../../docs/api/openapi.json", import.meta.url);
    this.document = JSON.parse(readFileSync(file, "utf8"));
    this.#checks = new SchemaChecks(this.document);
    this.operations = Object.entries(this.document.paths).flatMap(([template, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        operation,
        method: method.toUpperCase(),
        template,
      })),
    );
  }

  operation(id: string): DocumentedOperation {
    const found = this.operations.find(({ operation }) => operation.operationId === id);
    if (found === undefined) throw new Error(`there is no operation ${id}`);
    return found;
  }

  /** What is wrong with a value at a schema, such as `["components", "schemas", "A"]`. */
  problems(path: readonly (string | number)[], value: unknown): string[] {
    return this.#checks.at(path)(value);
  }

  /** What is wrong with the body of a request. */
  requestProblems(id: string, body: unknown): string[] {
    const { method, template } = this.operation(id);
    const at = ["paths", template, method.toLowerCase(), "requestBody"];
    return this.problems([...at, "content", "application/json", "schema"], body);
  }

  /**
   * What is wrong with an answer: that its status or its media type is not described,
   * or how its body differs.
   */
  answerProblems(id: string, status: number, type: string | null, body: unknown): string[] {
    const { operation, method, template } = this.operation(id);
    const response = operation.responses[status];
    if (response === undefined) return [`${id} does not describe ${status}`];
    const at =
      "$ref" in response
        ? response.$ref.slice(2).split("/")
        : ["paths", template, method.toLowerCase(), "responses", status];
    const { content = {} } = ("$ref" in response ? this.#resolve(at) : response) as {
      content?: object;
    };
    if (type === null) return Object.keys(content).length === 0 ? [] : [`${status} has no body`];
    if (!Object.hasOwn(content, type)) return [`${id} does not describe ${status} ${type}`];
    return this.problems([...at, "content", type, "schema"], body);
  }

  #resolve(path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], this.document);
  }
}
