import { type EventRecord, placeEvent } from "../../domain/event.ts";
import type { Lane, Statement } from "../lane.ts";
import type { EventRange } from "../port.ts";
import { boundedInteger } from "../queries/bounds.ts";
import { unpackEvents } from "./packed-events.ts";

/** Chunks one answer looks into: a page of 1,000 events lies in two of them or more. */
const CHUNKS = 4;

const READ_CHUNKS: Statement = {
  name: "read_archive_chunks",
  text: `
    SELECT bytes FROM session_archives
    WHERE session = $1 AND last_seq > $2 AND first_seq <= $3 ORDER BY first_seq LIMIT $4`,
};

/**
 * Events of a log that may be packed, being packed or being unpacked: then one
 * is in both places, and none in neither.
 * @param unpacked reads what is not packed
 */
export async function readArchivedEvents(
  lane: Lane,
  range: EventRange,
  unpacked: (range: EventRange) => Promise<EventRecord[]>,
): Promise<EventRecord[]> {
  const found = new Map<number, EventRecord>();
  // Packed events are asked for after the others, since those become packed; and the others once
  // more where some are missing, since packed ones become those again.
  for (const record of await unpacked(range)) found.set(record.seq, record);
  for (const record of await readPacked(lane, range)) found.set(record.seq, record);
  const events = contiguous(found, range);
  if (events.length >= expected(range)) return events;
  for (const record of await unpacked(range)) found.set(record.seq, record);
  return contiguous(found, range);
}

async function readPacked(lane: Lane, { uid, afterSeq, upToSeq }: EventRange) {
  const values = [uid, boundedInteger(afterSeq), boundedInteger(upToSeq), CHUNKS];
  const chunks = await lane.run<{ bytes: Buffer }>(READ_CHUNKS, values);
  const events = await Promise.all(chunks.map(({ bytes }) => unpackEvents(bytes)));
  return events
    .flat()
    .filter(({ seq }) => seq > afterSeq && seq <= upToSeq)
    .map(({ seq, turn, event }) => placeEvent(event, seq, turn));
}

function expected({ afterSeq, upToSeq, limit }: EventRange): number {
  return Math.min(limit, upToSeq - afterSeq);
}

function contiguous(
  found: ReadonlyMap<number, EventRecord>,
  { afterSeq, limit }: EventRange,
): EventRecord[] {
  const events: EventRecord[] = [];
  for (let seq = afterSeq + 1; events.length < limit; seq++) {
    const event = found.get(seq);
    if (event === undefined) break;
    events.push(event);
  }
  return events;
}
