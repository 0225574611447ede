import { describe, expect, it } from "vitest";
import { dateBefore, dateFrom } from "./dates.ts";

describe("dates of a list", () => {
  it("reads a date as its whole day in UTC", () => {
    expect(dateFrom("f", "2026-01-02").toISOString()).toBe("2026-01-02T00:00:00.000Z");
    expect(dateBefore("f", "2026-01-02").toISOString()).toBe("2026-01-03T00:00:00.000Z");
  });

  it("stays within the years that can be written", () => {
    expect(dateBefore("f", "9999-12-31").toISOString()).toBe("9999-12-31T23:59:59.999Z");
    expect(dateFrom("f", "0000-01-01").toISOString()).toBe("0001-01-01T00:00:00.000Z");
  });

  it("reads RFC 3339 with any offset", () => {
    expect(dateFrom("f", "2026-01-02T03:04:05+02:00").toISOString()).toBe(
      "2026-01-02T01:04:05.000Z",
    );
    expect(dateBefore("f", "2026-01-02T03:04:05Z").toISOString()).toBe("2026-01-02T03:04:05.001Z");
  });

  it.each([
    "",
    "yesterday",
    "2026-02-30",
    "2026-13-01",
    "2026-02-30T10:00:00Z",
    "2026-01-02T25:00:00Z",
    "2026-01-02 03:04:05",
    "1767225600",
  ])("refuses %j and names the field", (text) => {
    expect(() => dateFrom("date_from", text)).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field: "date_from" })] }),
    );
  });
});
