import { MAX_SEQ } from "../../domain/event.ts";

const FIRST_TIME = Date.parse("0001-01-01T00:00:00.000Z");
const LAST_TIME = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * A number as an `integer` can hold it, from 0 to 2^31-1. What lies outside names
 * nothing a log has, so the nearest bound asks for the same.
 */
export function boundedInteger(value: number): number {
  return Math.trunc(Math.min(Math.max(value, 0), MAX_SEQ));
}

/** A moment in ISO 8601, moved into the years 1 to 9999: no session is of any other. */
export function boundedTime(time: Date): string {
  return new Date(Math.min(Math.max(time.getTime(), FIRST_TIME), LAST_TIME)).toISOString();
}
