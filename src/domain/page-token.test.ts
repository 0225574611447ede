import { describe, expect, it } from "vitest";
import { decodePageToken, encodePageToken } from "./page-token.ts";

describe("page tokens", () => {
  it("give back their place for the same query", () => {
    const token = encodePageToken([1767225600000, "uid"], { order: "asc" });
    expect(decodePageToken(token, { order: "asc" })).toEqual([1767225600000, "uid"]);
  });

  it("are refused for another query", () => {
    const token = encodePageToken([7], { order: "asc" });
    expect(() => decodePageToken(token, { order: "desc" })).toThrow(/other parameters/);
  });

  it.each(["", "%%%", "bnVsbA", Buffer.from('[1,{"a":1}]').toString("base64url")])(
    "are refused when they are none: %j",
    (text) => {
      expect(() => decodePageToken(text, {})).toThrow(
        expect.objectContaining({ reason: "invalid_argument" }),
      );
    },
  );
});
