import type { DescMethod } from "@bufbuild/protobuf";
import type { CapturedMethod } from "../capture.ts";
import { Router } from "../route/router.ts";
import type { Binding } from "./binding.ts";
import { compileBinding, type JsonCodec } from "./compile-binding.ts";
import { createEndpoint, type EndpointDefaults } from "./endpoint.ts";
import { type HttpBinding, httpBindings } from "./http-rule.ts";

/** Rules that cannot be served. The message has a line for each: its file, method, template. */
export class RuleError extends Error {
  override readonly name = "RuleError";
}

/**
 * Compiles the `google.api.http` rules of all methods; methods without one are not
 * served over REST. Throws a RuleError that lists all that is wrong with any rule,
 * so that a mistake is seen at start-up and not by a caller.
 */
export function compileRules(
  methods: readonly CapturedMethod[],
  defaults: EndpointDefaults,
  codec: JsonCodec,
): Router<Binding> {
  const router = new Router<Binding>();
  const problems: string[] = [];
  for (const captured of methods) {
    const { method } = captured.spec;
    const name = `${method.parent.file.proto.name}: ${methodName(method)}`;
    attempt(problems, name, () => {
      const bindings = httpBindings(method);
      if (bindings.length === 0) return;
      const endpoint = createEndpoint(captured, defaults);
      for (const http of bindings) {
        attempt(problems, `${name}: ${describe(http)}`, () => {
          const other = router.add(compileBinding(endpoint, http, codec));
          if (other !== undefined) throw new Error(alreadyBound(other));
        });
      }
    });
  }
  if (problems.length > 0) throw new RuleError(problems.join("\n"));
  return router;
}

function methodName({ parent, name }: DescMethod): string {
  return `${parent.typeName}.${name}`;
}

function alreadyBound({ endpoint, template }: Binding): string {
  return `${methodName(endpoint.spec.method)} is bound to the same paths, as ${template.source}`;
}

function describe({ httpMethod, template }: HttpBinding): string {
  return `${httpMethod} ${template}`;
}

function attempt(problems: string[], where: string, compile: () => void): void {
  try {
    compile();
  } catch (error) {
    problems.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
