import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";

/** Milliseconds from one time to another, 0 where either is not known or it would be negative. */
export function msBetween(from: Timestamp | undefined, to: Timestamp | undefined): number {
  if (from === undefined || to === undefined) return 0;
  return Math.max(0, timestampMs(to) - timestampMs(from));
}

export function msAfter(time: Timestamp, ms: number): Timestamp {
  return timestampFromMs(timestampMs(time) + ms);
}

/** The later of two times. */
export function later(one: Timestamp | undefined, other: Timestamp): Timestamp {
  return one !== undefined && timestampMs(one) > timestampMs(other) ? one : other;
}
