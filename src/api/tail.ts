/** Most events a read asks of the live tail for the end of a list. */
const MOST_EVENTS = 128;

/**
 * What to want of the live view for a page at the end of a list, newest first: so
 * many of the last events as it takes in most sessions, however long they are.
 * Undefined for any other page.
 */
export function lastEvents(
  { order, limit, offset }: { order: "asc" | "desc"; limit: number; offset: number },
  eventsEach: number,
): { lastEvents: number } | undefined {
  const enough = (limit + offset) * eventsEach;
  return order === "desc" && enough <= MOST_EVENTS ? { lastEvents: enough } : undefined;
}

/**
 * What to want of the live view where the end of a task is looked for: most often it is among
 * the last events, and of a run hardly anything comes after it.
 */
export const TASK_END = { lastEvents: 8 };
