import { describe, expect, test } from "vitest";
import { parseTarget } from "./request-target.ts";

describe("parseTarget", () => {
  const cases: [string, string[], string[], string][] = [
    ["/", [], [], ""],
    ["/a/b?c=1?2", ["a", "b"], ["a", "b"], "c=1?2"],
    ["/a/", ["a", ""], ["a", ""], ""],
    ["//evil/x", ["", "evil", "x"], ["", "evil", "x"], ""],
    ["/a/../b/%2e%2e", ["a", "..", "b", "%2e%2e"], ["a", "..", "b", ".."], ""],
    ["/a%2Fb", ["a%2Fb"], ["a/b"], ""],
    ["http://host:1/a?b", ["a"], ["a"], "b"],
    ["https://host", [], [], ""],
    ["http://host?q", [], [], "q"],
    ["/a#b", ["a"], ["a"], ""],
  ];
  test.each(cases)("%s", (target, raw, decoded, query) => {
    expect(parseTarget(target)).toEqual({ raw, decoded, query });
  });

  test.each(["", "*", "a/b", "/%zz", "/%", "/%ff", "host:443"])("refuses %s", (target) => {
    expect(parseTarget(target)).toBeUndefined();
  });
});
