import type { EventRecord } from "../../domain/event.ts";
import type { Lane, Statement } from "../lane.ts";
import type { EventRange } from "../port.ts";
import { boundedInteger } from "../queries/bounds.ts";
import { ANSWER_BYTES, type EventRow, eventRecord } from "../queries/events.ts";

/** The condition on `type` is, letter by letter, that of the index. */
const READ_COMMENT_EVENTS: Statement = {
  name: "read_comment_events",
  text: `
    SELECT seq, turn, bytes FROM (
      SELECT seq, turn, bytes,
        sum(octet_length(bytes)) OVER (ORDER BY seq) - octet_length(bytes) AS before
      FROM session_events
      WHERE session = $1 AND seq > $2 AND seq <= $3 AND type LIKE 'comment\\_%'
      ORDER BY seq LIMIT $4
    ) page WHERE before < $5 ORDER BY seq`,
};

export async function readCommentEvents(lane: Lane, range: EventRange): Promise<EventRecord[]> {
  const limit = boundedInteger(range.limit);
  if (limit === 0) return [];
  const rows = await lane.run<EventRow & { readonly bytes: Buffer }>(READ_COMMENT_EVENTS, [
    range.uid,
    boundedInteger(range.afterSeq),
    boundedInteger(range.upToSeq),
    limit,
    Math.max(boundedInteger(range.maxBytes ?? ANSWER_BYTES), 1),
  ]);
  return rows.map(eventRecord);
}
