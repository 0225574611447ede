import { toBinary } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type Event, EventSchema } from "../../gen/parley/v1/event_pb.js";
import { changeState, type Decision, type Rewrite } from "./decision.ts";
import { bytesWithoutPlace, type EventDraft, type EventRecord } from "./event.ts";

/** What an event of the log is to hold instead, in its place. */
export function rewriteOf(record: EventRecord, instead: Event): Rewrite {
  const bytes = toBinary(EventSchema, { ...instead, seq: 0, turnNumber: 0 });
  return { seq: record.seq, bytes, growth: bytes.length - bytesWithoutPlace(record) };
}

/**
 * Changes events of the log, and every tail with them: those are named by `rewrite_seq`, which
 * becomes a number that it never was before.
 * @param told the event that says so
 */
export function rewriteLog(
  head: Head,
  rewrites: readonly Rewrite[],
  told: EventDraft,
  options: Pick<Decision, "movesGate"> = {},
): Decision & { readonly state: Head } {
  const decision = changeState(head, [told], { ...options, rewrites });
  const rewriteSeq = (head.session?.version ?? 0) + 1;
  return { ...decision, state: { ...decision.state, rewriteSeq } };
}
