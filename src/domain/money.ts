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

/** Refuses an amount that is finer than a millionth. */
export function checkMoney(field: string, dollars: number | undefined): void {
  if (dollars === undefined) return;
  const micros = dollars * MICROS;
  if (!Number.isFinite(micros) || Math.abs(micros - Math.round(micros)) > 1e-3) {
    throw invalidArgument(field, "must have at most 6 decimal places");
  }
}
