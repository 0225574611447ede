import { describe, expect, it } from "vitest";
import { cleanTitle } from "./title.ts";

describe("cleanTitle", () => {
  it.each([
    ["  Q3 revenue ", "Q3 revenue"],
    ["a\u0000b\u0007c\u009fd", "abcd"],
    ["zero\u200bwidth\ufeff", "zerowidth"],
    ["💬".repeat(60), "💬".repeat(60)],
  ])("keeps %j as %j", (given, kept) => {
    expect(cleanTitle(given)).toBe(kept);
  });

  it.each(["", "   ", "\u0001\u0002", "\u200b\ufeff", "x".repeat(61), "💬".repeat(61)])(
    "refuses %j",
    (given) => {
      expect(() => cleanTitle(given)).toThrow(
        expect.objectContaining({ reason: "invalid_argument" }),
      );
    },
  );
});
