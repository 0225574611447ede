import type { EventRecord } from "../../domain/event.ts";
import type { EventRange } from "../port.ts";

/** How far back a message is looked for by its id, in messages. */
export const FINDABLE_MESSAGES = 10_000;

/** What is remarked about sessions, and what that refers to. */
export interface Comments {
  /** Events about comments (`type` begins with `comment_`); as `readEvents` otherwise. */
  readCommentEvents(range: EventRange): Promise<EventRecord[]>;
  /** The place of the message of this id, if it is one of a log's last 10,000. */
  findMessage(uid: string, messageId: string): Promise<number | undefined>;
}
