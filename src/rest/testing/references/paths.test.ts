import { describe, expect, test } from "vitest";
import { parseTarget } from "../../route/request-target.ts";
import { type RouteKey, Router } from "../../route/router.ts";
import { captureVariable } from "../../template/capture.ts";
import { parseTemplate } from "../../template/parse-template.ts";
import { envoyPaths } from "./envoy-paths.ts";
import { envoyVerbs } from "./envoy-verbs.ts";
import { grpcGatewayPaths } from "./grpc-gateway-paths.ts";
import { httpProtoPaths } from "./http-proto.ts";
import { REFUSED } from "./reference-case.ts";
import { checkGroups } from "./reference-check.ts";
import { NONE, type RoutedGroup } from "./routed-case.ts";
import { vanguardPaths } from "./vanguard-paths.ts";

function createRouter(routes: readonly string[]): Router<RouteKey> | undefined {
  const router = new Router<RouteKey>();
  for (const route of routes) {
    const [httpMethod = "", source = ""] = route.split(" ");
    if (router.add({ httpMethod, template: parseTemplate(source) }) !== undefined) return undefined;
  }
  return router;
}

function find(router: Router<RouteKey>, request: string): string {
  const space = request.indexOf(" ");
  const target = parseTarget(request.slice(space + 1));
  if (target === undefined) return "400";
  const match = router.match(request.slice(0, space), target);
  if (match.kind !== "found") return match.kind === "not_found" ? "404" : "405";
  const { template } = match.route;
  const captured = template.variables.map(
    (variable) => `${variable.path}=${captureVariable(template, variable, match.path)}`,
  );
  return [template.source, ...captured].join(" ");
}

/** Whether the group's reference says which status a refusal has. */
function saysStatuses({ cases }: RoutedGroup): boolean {
  return cases.every(([, outcome]) => outcome !== NONE);
}

function answer(group: RoutedGroup): (request: string) => string {
  const router = createRouter(group.routes);
  return (request) => {
    if (router === undefined) return REFUSED;
    const outcome = find(router, request);
    return /^40[045]$/.test(outcome) && !saysStatuses(group) ? NONE : outcome;
  };
}

describe("paths of the references", () => {
  test.each([
    ["http.proto", httpProtoPaths, { agree: 8, differ: 0 }],
    ["Vanguard", vanguardPaths, { agree: 96, differ: 14 }],
    ["grpc-gateway", grpcGatewayPaths, { agree: 82, differ: 13 }],
    ["Envoy", [...envoyPaths, ...envoyVerbs], { agree: 359, differ: 5 }],
  ])("%s", (_name, groups, counts) => {
    expect(checkGroups(groups, answer)).toEqual({ ...counts, wrong: [] });
  });
});
