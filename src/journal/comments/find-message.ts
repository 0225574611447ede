import { create, toBinary } from "@bufbuild/protobuf";
import { EventSchema } from "../../../gen/parley/v1/event_pb.js";
import type { Lane, Statement } from "../lane.ts";
import { FINDABLE_MESSAGES } from "./port.ts";

/** An event is encoded with its fields in order, of which its id is the first that is kept. */
const FIND_MESSAGE: Statement = {
  name: "find_message",
  text: `
    SELECT seq FROM session_events
    WHERE session = $1 AND role IS NOT NULL
      AND message_no > (SELECT message_count - ${FINDABLE_MESSAGES} FROM sessions WHERE uid = $1)
      AND substr(bytes, 1, octet_length($2::bytea)) = $2
    ORDER BY message_no DESC LIMIT 1`,
};

export async function findMessage(
  lane: Lane,
  uid: string,
  messageId: string,
): Promise<number | undefined> {
  if (messageId === "") return undefined;
  const id = toBinary(EventSchema, create(EventSchema, { eventId: messageId }));
  const [row] = await lane.run<{ seq: number }>(FIND_MESSAGE, [uid, id]);
  return row?.seq;
}
