import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDollars, checkMoney, toDollars, toMicros } from "./money.ts";

/** Up to a million dollars. */
const micros = fc.bigInt({ min: 0n, max: 1_000_000_000_000n });

describe("money", () => {
  it("is the same as dollars and as millionths", () => {
    fc.assert(
      fc.property(micros, (amount) => {
        expect(toMicros(toDollars(amount))).toBe(amount);
        expect(toMicros(Number(`${Number(amount)}e-6`))).toBe(amount);
      }),
    );
  });

  it("adds up without what doubles add of themselves", () => {
    expect(addDollars(0.1, 0.2)).toBe(0.3);
    fc.assert(
      fc.property(micros, micros, (one, other) => {
        expect(addDollars(toDollars(one), toDollars(other))).toBe(toDollars(one + other));
      }),
    );
  });

  it("has at most 6 decimal places, as far as a double can tell", () => {
    const good = [undefined, 0, 0.000001, 0.1 + 0.2, 12.345678, 999_999.999999, 1_000_000, 5e-6];
    for (const dollars of good) expect(() => checkMoney("f", dollars)).not.toThrow();
    fc.assert(
      fc.property(micros, (amount) => {
        checkMoney("f", toDollars(amount));
      }),
    );
  });

  it.each([
    5e-7,
    1e-10,
    0.1234567,
    1.0000001,
    999_999.9999999,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1.5e308,
  ])("is not %d", (dollars) => {
    expect(() => checkMoney("budget.max_cost", dollars)).toThrow(
      expect.objectContaining({
        reason: "invalid_argument",
        violations: [expect.objectContaining({ field: "budget.max_cost" })],
      }),
    );
  });
});
