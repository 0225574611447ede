import type { EventRecord } from "../domain/event.ts";
import type { EventRange, Journal } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/** Which events, of a session that was read. */
export interface EventWish {
  readonly afterSeq: number;
  /** Default: up to the version that was read. */
  readonly upToSeq?: number;
  readonly limit: number;
}

/** Events of a session, from the live tail where that has them all, else at most about 4 MiB. */
export async function readEvents(
  journal: Journal,
  { head, session, events }: Reading,
  { afterSeq, upToSeq = session.version, limit }: EventWish,
): Promise<readonly EventRecord[]> {
  const most = Math.min(upToSeq, session.version);
  const begins = events?.[0]?.seq ?? session.version + 1;
  if (events !== undefined && begins <= afterSeq + 1) {
    return events.filter(({ seq }) => seq > afterSeq && seq <= most).slice(0, limit);
  }
  return journal.readEvents({ uid: head.uid, afterSeq, upToSeq: most, limit });
}

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
