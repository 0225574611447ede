import { describe, expect, it } from "vitest";
import { isCallerId, isSessionId } from "./ids.ts";

describe("isSessionId", () => {
  it.each(["a", "urn:a:b", "2026-01-02_10.00", "x".repeat(128), "...", "Latest"])(
    "takes %s",
    (id) => {
      expect(isSessionId(id)).toBe(true);
    },
  );

  it.each([
    "",
    ".",
    "..",
    "latest",
    "create",
    "import",
    "cleanup",
    "a/b",
    "a b",
    "é",
    "a\n",
    "x".repeat(129),
  ])("refuses %j", (id) => {
    expect(isSessionId(id)).toBe(false);
  });
});

describe("isCallerId", () => {
  it("takes visible characters only", () => {
    expect(isCallerId("user@example.com")).toBe(true);
    expect(["", "a b", "a\r\n", "ü", "x".repeat(256)].filter(isCallerId)).toEqual([]);
  });
});
