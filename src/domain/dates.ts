import { invalidArgument } from "./errors.ts";

const DAY_MS = 86_400_000;
/** Of the years that RFC 3339 can write; nothing is older or younger. */
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** The first moment a `date_from` lets in. */
export function dateFrom(field: string, text: string): Date {
  return clamped(parse(field, text).start.getTime());
}

/** The first moment a `date_to` no longer lets in: a date includes its whole day. */
export function dateBefore(field: string, text: string): Date {
  const { start, isDate } = parse(field, text);
  return clamped(start.getTime() + (isDate ? DAY_MS : 1));
}

/** The moment at which something ends: a date includes its whole day. */
export function dateUntil(field: string, text: string): Date {
  const { start, isDate } = parse(field, text);
  return clamped(start.getTime() + (isDate ? DAY_MS : 0));
}

function clamped(ms: number): Date {
  return new Date(Math.min(Math.max(ms, FIRST_MS), LAST_MS));
}

function parse(field: string, text: string): { start: Date; isDate: boolean } {
  const isDate = DATE.test(text);
  const start = new Date(isDate ? `${text}T00:00:00Z` : text);
  const day = text.slice(0, 10);
  // Date takes the 30th of February for the 2nd of March.
  const isDay = DATE.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) === true;
  const real = isDay && (isDate || INSTANT.test(text));
  if (!real || Number.isNaN(start.getTime())) {
    throw invalidArgument(field, "must be a date (2026-01-02) or an RFC 3339 time");
  }
  return { start, isDate };
}
