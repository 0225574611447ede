import { invalidArgument } from "./errors.ts";

/**
 * Money is counted in millionths of a US dollar, as integers; callers are told of dollars,
 * as numbers with at most 6 decimal places, which a double holds exactly enough up to
 * nine billion.
 */
const MICROS = 1_000_000;

export function toMicros(dollars: number): bigint {
  return BigInt(Math.round(dollars * MICROS));
}

export function toDollars(micros: bigint): number {
  return Number(micros) / MICROS;
}

export function addDollars(one: number, other: number): number {
  return toDollars(toMicros(one) + toMicros(other));
}

/** What a double of so few digits may be off by, as a share of it. */
const ROUNDING = 1e-14;

/** Refuses an amount that is finer than a millionth, but for what a double adds of itself. */
export function checkMoney(field: string, dollars: number | undefined): void {
  if (dollars === undefined) return;
  const isMoney =
    Number.isFinite(dollars * MICROS) &&
    Math.abs(dollars - toDollars(toMicros(dollars))) <= Math.abs(dollars) * ROUNDING;
  if (!isMoney) throw invalidArgument(field, "must have at most 6 decimal places");
}
