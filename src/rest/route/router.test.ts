import { describe, expect, test } from "vitest";
import { parseTemplate } from "../template/parse-template.ts";
import { parseTarget } from "./request-target.ts";
import { Router } from "./router.ts";

function find(routes: readonly string[], request: string): string {
  const router = new Router<{ httpMethod: string; template: ReturnType<typeof parseTemplate> }>();
  for (const route of routes) {
    const [httpMethod = "", template = ""] = route.split(" ");
    router.add({ httpMethod, template: parseTemplate(template) });
  }
  const [method = "", target = ""] = request.split(" ");
  const match = router.match(method, parseTarget(target)!);
  if (match.kind === "found") return `${match.route.httpMethod} ${match.route.template.source}`;
  return match.kind === "not_found" ? "404" : match.allow.join(",");
}

const sessions = [
  "GET /s",
  "POST /s",
  "GET /s/latest",
  "GET /s/{id}",
  "DELETE /s/{id}",
  "GET /s/{id}/m",
  "POST /s:resolve",
  "POST /s/{id}:cancel",
];
const wide = ["GET /a/b/c", "GET /a/*/d", "GET /a/**", "PUT /**", "GET /t/**:go", "GET /x/**/end"];

describe("Router", () => {
  const cases: [readonly string[], string, string][] = [
    [sessions, "GET /s", "GET /s"],
    [sessions, "GET /s/", "404"],
    [sessions, "DELETE /s/", "404"],
    [sessions, "GET /s/latest", "GET /s/latest"],
    [sessions, "GET /s/%6Catest", "GET /s/latest"],
    [sessions, "DELETE /s/latest", "DELETE /s/{id}"],
    [sessions, "PUT /s/latest", "DELETE,GET,HEAD,OPTIONS"],
    [sessions, "HEAD /s/x", "GET /s/{id}"],
    [sessions, "GET /s/x/m", "GET /s/{id}/m"],
    [sessions, "GET /s/x/n", "404"],
    [sessions, "GET //s", "404"],
    [sessions, "POST /s:resolve", "POST /s:resolve"],
    [sessions, "GET /s:resolve", "OPTIONS,POST"],
    [sessions, "POST /s:other", "404"],
    [sessions, "GET /s/a:b:c", "GET /s/{id}"],
    [sessions, "GET /s/a:", "GET /s/{id}"],
    [sessions, "POST /s/a:b:cancel", "POST /s/{id}:cancel"],
    [sessions, "GET /s/a:cancel", "GET /s/{id}"],
    [sessions, "POST /s/a%3Acancel", "DELETE,GET,HEAD,OPTIONS"],
    [sessions, "POST /s/:cancel", "DELETE,GET,HEAD,OPTIONS"],
    [wide, "GET /a/b/c", "GET /a/b/c"],
    [wide, "GET /a/b/d", "GET /a/*/d"],
    [wide, "GET /a/b/e", "GET /a/**"],
    [wide, "GET /a", "GET /a/**"],
    [wide, "GET /a/", "GET /a/**"],
    [wide, "PUT /a/b/c", "PUT /**"],
    [wide, "PUT /", "PUT /**"],
    [wide, "GET /t/:go", "GET /t/**:go"],
    [wide, "GET /x/end", "GET /x/**/end"],
    [wide, "GET /x/1/end/end", "GET /x/**/end"],
    [wide, "GET /x/1", "OPTIONS,PUT"],
    [["* /any", "GET /any"], "TRACE /any", "* /any"],
    [["* /any", "GET /any"], "GET /any", "GET /any"],
    [["POST /:go"], "POST /:go", "POST /:go"],
  ];
  test.each(cases)("%#: %s", (routes, request, expected) => {
    expect(find(routes, request)).toBe(expected);
  });

  test("refuses two routes for the same paths", () => {
    expect(() => find(["GET /a/{x}", "GET /a/{y}"], "GET /")).toThrow(
      "GET /a/* is already bound, as /a/{x}",
    );
  });

  test("stays fast on paths made to be slow", () => {
    const routes = Array.from({ length: 12 }, (_, i) => `GET /${"*/".repeat(i)}a/**/z${i}`);
    const started = performance.now();
    expect(find(routes, `GET /${"a/".repeat(3000)}end`)).toBe("404");
    expect(performance.now() - started).toBeLessThan(500);
  });
});
