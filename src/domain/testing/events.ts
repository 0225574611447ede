import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Event,
  EventSchema,
  type MessageAppendedSchema,
} from "../../../gen/parley/v1/event_pb.js";

type Payload = NonNullable<MessageInitShape<typeof EventSchema>["payload"]>;

/** An event of turn 1 in its place, written as many seconds after 1970 as its seq says. */
export function placedEvent(seq: number, payload: Payload): Event {
  const at = timestampFromMs(seq * 1000);
  return create(EventSchema, { seq, turnNumber: 1, eventId: `e${seq}`, at, payload });
}

export function placedMessage(
  seq: number,
  value: MessageInitShape<typeof MessageAppendedSchema>,
): Event {
  return placedEvent(seq, { case: "message", value });
}
