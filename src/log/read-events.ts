import type { EventRecord } from "../domain/event.ts";
import type { EventRange, Journal } from "../journal/port.ts";

/** All events of a range, however large; one read of the journal gives at most about 4 MiB. */
export async function readWholeRange(
  journal: Journal,
  range: Omit<EventRange, "limit">,
): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  let afterSeq = range.afterSeq;
  while (afterSeq < range.upToSeq) {
    const page = await journal.readEvents({ ...range, afterSeq, limit: range.upToSeq - afterSeq });
    const last = page.at(-1);
    if (last === undefined) break;
    events.push(...page);
    afterSeq = last.seq;
  }
  return events;
}
