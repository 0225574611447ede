import { describe, expect, test } from "vitest";
import { parseTemplate } from "../template/parse-template.ts";
import { parseTarget } from "./request-target.ts";
import { Router } from "./router.ts";

function find(routes: readonly string[], request: string): string {
  const router = new Router<{ httpMethod: string; template: ReturnType<typeof parseTemplate> }>();
  for (const route of routes) {
    const [httpMethod = "", template = ""] = route.split(" ");
    const other = router.add({ httpMethod, template: parseTemplate(template) });
    if (other !== undefined) throw new Error(`bound as ${other.template.source}`);
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
const tails = ["GET /a/**", "GET /a/**/z", "GET /a/**/*/z", "GET /a/**/y/z"];

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
    [tails, "GET /a/b/z", "GET /a/**/*/z"],
    [tails, "GET /a/b/y/z", "GET /a/**/y/z"],
    [tails, "GET /a/b/x/z", "GET /a/**/*/z"],
    [tails, "GET /a/z", "GET /a/**/z"],
    [tails, "GET /a/b", "GET /a/**"],
    [["* /any", "GET /any"], "GET /any", "GET /any"],
    [["PURGE /cache/{key}"], "PURGE /cache/x", "PURGE /cache/{key}"],
    [["PURGE /cache/{key}"], "GET /cache/x", "OPTIONS,PURGE"],
    [["GET /{id}:caf%C3%A9"], "GET /x:caf%c3%a9", "GET /{id}:caf%C3%A9"],
  ];
  test.each(cases)("%#: %s", (routes, request, expected) => {
    expect(find(routes, request)).toBe(expected);
  });

  test("refuses two routes for the same paths", () => {
    expect(() => find(["GET /a/{x}", "GET /a/{y}"], "GET /")).toThrow("bound as /a/{x}");
  });

  // Every choice of a or * in ten places: 1,024 templates, of which none takes POST.
  const choices = Array.from({ length: 1024 }, (_, bits) => {
    const segments = Array.from({ length: 10 }, (_, i) => ((bits >> i) & 1 ? "a" : "*"));
    return `GET /${segments.join("/")}`;
  });
  const slow: [string, readonly string[], string, string][] = [
    [
      "many tails",
      Array.from({ length: 12 }, (_, i) => `GET /${"*/".repeat(i)}a/**/z${i}`),
      `GET /${"a/".repeat(3000)}end`,
      "404",
    ],
    ["a deep tree", choices, `POST /${Array(10).fill("a").join("/")}`, "GET,HEAD,OPTIONS"],
    ["a path too deep", choices, `POST /${"a/".repeat(3000)}a`, "404"],
    ["colons", ["GET /a/{id}:go"], `GET /b/x${":%20go".repeat(2500)}`, "404"],
    ["a long tail", ["GET /**/a/*/a/*/b"], `GET /${"a/".repeat(7000)}c`, "404"],
  ];
  test.each(slow)("stays fast: %s", (_name, routes, request, expected) => {
    const started = performance.now();
    expect(find(routes, request)).toBe(expected);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
