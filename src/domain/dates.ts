import { invalidArgument } from "./errors.ts";

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** The first moment a `date_from` lets in. */
export function dateFrom(field: string, text: string): Date {
  return parse(field, text).start;
}

/** The first moment a `date_to` no longer lets in: a date includes its whole day. */
export function dateBefore(field: string, text: string): Date {
  const { start, lasts } = parse(field, text);
  return new Date(start.getTime() + lasts);
}

function parse(field: string, text: string): { start: Date; lasts: number } {
  const isDate = DATE.test(text);
  const start = new Date(isDate ? `${text}T00:00:00Z` : text);
  const real = isDate ? start.toJSON()?.startsWith(text) : INSTANT.test(text);
  if (real !== true || Number.isNaN(start.getTime())) {
    throw invalidArgument(field, "must be a date (2026-01-02) or an RFC 3339 time");
  }
  return { start, lasts: isDate ? DAY_MS : 1 };
}
