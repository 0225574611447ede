import { create } from "@bufbuild/protobuf";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { decodeEvent } from "../domain/event.ts";
import { foldEvents } from "../domain/fold.ts";
import type { Journal } from "../journal/port.ts";
import type { Reading } from "./read-session.ts";

/** A session as it was right after an event. */
export interface PastHead {
  /** Its counters and times say nothing: they are the journal's, of now. */
  readonly head: Head;
  /** `seq` of the last event that had changed it. */
  readonly stateVersion: number;
}

/**
 * The session as it was right after an event of what was read. A bounded number of
 * rows, wherever the event stands.
 */
export async function readPastHead(
  journal: Journal,
  { head, session }: Pick<Reading, "head" | "session">,
  seq: number,
): Promise<PastHead> {
  if (seq === session.version) return { head, stateVersion: session.stateVersion };
  const { base, events } = await journal.readPastState(head.uid, seq);
  const before = base?.head ?? create(HeadSchema, { uid: head.uid });
  const stateVersion = events.at(-1)?.seq ?? base?.stateVersion ?? 0;
  return { head: foldEvents(before, events.map(decodeEvent)), stateVersion };
}
