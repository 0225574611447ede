import type { Session } from "../../gen/parley/v1/session_pb.js";
import { ParleyError, payloadTooLarge } from "./errors.ts";
import type { NewEvent } from "./event.ts";

/** Most bytes of one event that a caller writes, encoded: of a message, a turn's end, … */
export const MAX_EVENT_BYTES = 2 * 1_048_576;
/** Most bytes of the events of one request, encoded. */
export const MAX_REQUEST_BYTES = 4 * 1_048_576;
/** Most bytes of a session's log. Parallel appends may pass it by what is under way. */
export const MAX_LOG_BYTES = 1_073_741_824;

/**
 * Refuses events that are too large by themselves or together.
 * @param field names them all in the request
 * @param fieldOf names one of them, by its index; default `field[index]`
 */
export function refuseLargeEvents(
  events: readonly NewEvent[],
  field: string,
  fieldOf: (index: number) => string = (index) => `${field}[${index}]`,
): void {
  const large = events.findIndex(({ bytes }) => bytes.length > MAX_EVENT_BYTES);
  if (large !== -1) {
    throw payloadTooLarge(fieldOf(large), `must not be larger than ${MAX_EVENT_BYTES} bytes`);
  }
  if (sizeOf(events) > MAX_REQUEST_BYTES) {
    throw payloadTooLarge(field, `must not be larger than ${MAX_REQUEST_BYTES} bytes in all`);
  }
}

/** Refuses events that a session's log has no room for. */
export function refuseFullLog(session: Session, events: readonly NewEvent[]): void {
  if (session.logBytes + BigInt(sizeOf(events)) <= MAX_LOG_BYTES) return;
  throw new ParleyError(
    "payload_too_large",
    `the session's log has no room for this: it holds at most ${MAX_LOG_BYTES} bytes`,
  );
}

function sizeOf(events: readonly NewEvent[]): number {
  return events.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
