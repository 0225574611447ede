import { describe, expect, test } from "vitest";
import { templateShape } from "../testing/template-shape.ts";
import { parseTemplate } from "./parse-template.ts";

describe("parseTemplate", () => {
  const good: [string, string, [string, number, number][]][] = [
    ["/", "/", []],
    ["/v1", "/v1", []],
    ["/v1/{id}", "/v1/*", [["id", 1, 2]]],
    ["/v1/{id=*}", "/v1/*", [["id", 1, 2]]],
    ["/v1/*/b/**", "/v1/*/b/**", []],
    ["/v1/{name=a/*/b/**}", "/v1/a/*/b/**", [["name", 1, 5]]],
    [
      "/v1/{a.b_c.d}/x/{e}:go",
      "/v1/*/x/*:go",
      [
        ["a.b_c.d", 1, 2],
        ["e", 3, 4],
      ],
    ],
    ["/v1/s:resolve", "/v1/s:resolve", []],
    ["/v1/{x=**}/tail", "/v1/**/tail", [["x", 1, 2]]],
    ["/v1/{x}:a:b", "/v1/*:a:b", [["x", 1, 2]]],
    ["/a:b/c", "/a%3Ab/c", []],
    ["/v1/{x=a:b}:go", "/v1/a%3Ab:go", [["x", 1, 2]]],
    ["/%2A/%2a%2A", "/%2A/%2A%2A", []],
    ["/a%20b/@me/~x", "/a%20b/%40me/~x", []],
    ["/:verb", "/:verb", []],
  ];
  test.each(good)("%s", (source, shape, variables) => {
    const template = parseTemplate(source);
    expect(templateShape(template)).toBe(shape);
    expect(template.variables.map(({ path, start, end }) => [path, start, end])).toEqual(variables);
  });

  const bad: [string, string][] = [
    ["", 'expected "/" at position 0'],
    ["v1", 'expected "/"'],
    ["/v1/", "expected a segment at position 4"],
    ["//v1", "expected a segment"],
    ["/v1:", "expected a verb"],
    ["/v1/{id", 'expected "}"'],
    ["/v1/{}", "expected a field name"],
    ["/v1/{a.}", 'expected "}"'],
    ["/v1/{1a}", "expected a field name"],
    ["/v1/{a={b}}", "a variable inside of a variable"],
    ["/v1/{a}/{a}", "variable a appears twice"],
    ["/v1/**/**", "a second **"],
    ["/v1/{a=**}/b/{c=**}", "a second **"],
    ["/v1/a*b", "unexpected character"],
    ["/v1/***", "unexpected character"],
    ["/v1/{a}b", "unexpected character"],
    ["/v1/a b", "unexpected character"],
    ["/v1/%zz", "expected a segment"],
    ["/v1/%ff", "no UTF-8"],
    ["/v1/a?b", "unexpected character"],
    ["/v1/{a}:b/c", "unexpected character"],
  ];
  test.each(bad)("refuses %s", (source, reason) => {
    expect(() => parseTemplate(source)).toThrow(reason);
  });
});
