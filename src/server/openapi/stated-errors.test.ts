import { describe, expect, test } from "vitest";
import { statedErrors } from "./stated-errors.ts";

describe("statedErrors", () => {
  test("takes the reasons and their notes out of the end of a comment", () => {
    expect(
      statedErrors(
        "Does it. Errors: invalid_argument (checked before, always), session_not_found when there " +
          "is none, internal.",
      ),
    ).toEqual({
      rest: "Does it.",
      errors: [
        { reason: "invalid_argument", note: "checked before, always" },
        { reason: "session_not_found", note: "when there is none" },
        { reason: "internal", note: "" },
      ],
    });
  });

  test("leaves a comment without errors as it is", () => {
    expect(statedErrors("Never an error.")).toEqual({ rest: "Never an error.", errors: [] });
  });

  test("refuses what is no reason", () => {
    expect(() => statedErrors("Errors: session_lost.")).toThrow('"session_lost" names no reason');
  });
});
