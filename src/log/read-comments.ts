import { decodeEvent, type EventRecord } from "../domain/event.ts";
import type { Journal } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/** Events that one read of the journal asks for. */
const EVENTS = 5000;

/**
 * The events about comments up to a place, however large; from the live tail where that has the
 * whole log.
 * @param upToSeq default: up to the version that was read
 */
export async function readCommentEvents(
  journal: Journal,
  { head, session, events }: Reading,
  upToSeq: number = session.version,
): Promise<EventRecord[]> {
  if (events?.[0]?.seq === 1 && events.at(-1)!.seq >= upToSeq) {
    return events.filter((record) => record.seq <= upToSeq && isAboutComment(record));
  }
  const found: EventRecord[] = [];
  for (;;) {
    const afterSeq = found.at(-1)?.seq ?? 0;
    const range = { uid: head.uid, afterSeq, upToSeq, limit: EVENTS };
    const page = await journal.readCommentEvents(range);
    if (page.length === 0) return found;
    found.push(...page);
  }
}

function isAboutComment(record: EventRecord): boolean {
  return decodeEvent(record).type.startsWith("comment_");
}
