import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ActorErasedSchema } from "../../gen/parley/v1/erasure_event_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import type { Decision } from "./decision.ts";
import { decodeEvent, type EventDraft, type EventRecord } from "./event.ts";
import { rewriteLog, rewriteOf } from "./rewriting.ts";

/** Who is to be erased, and what stands in the place of that id. */
export interface Alias {
  readonly userId: string;
  readonly pseudonym: string;
}

/** The event with the pseudonym for its actor; undefined if somebody else caused it. */
export function withoutActor(event: Event, { userId, pseudonym }: Alias): Event | undefined {
  if (event.actor?.id !== userId) return undefined;
  return { ...event, actor: { ...event.actor, id: pseudonym } };
}

/**
 * Takes the name of an erased user from events in somebody else's session. What was said stays: it
 * is the owner's.
 * @param told makes the event that says so
 * @returns undefined if none of the events is the user's
 */
export function eraseActor(
  head: Head,
  records: readonly EventRecord[],
  alias: Alias,
  told: (payload: EventDraft["payload"]) => EventDraft,
): Decision | undefined {
  const rewrites = records.flatMap((record) => {
    const erased = withoutActor(decodeEvent(record), alias);
    return erased === undefined ? [] : [rewriteOf(record, erased)];
  });
  if (rewrites.length === 0) return undefined;
  const { pseudonym } = alias;
  const value = create(ActorErasedSchema, { pseudonym, events: rewrites.length });
  return rewriteLog(head, rewrites, told({ case: "actorErased", value }));
}
