import { clone, create } from "@bufbuild/protobuf";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorErasedSchema } from "../../gen/parley/v1/erasure_event_pb.js";
import { type Event, EventSchema } from "../../gen/parley/v1/event_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import type { Share } from "../../gen/parley/v1/share_pb.js";
import type { Decision } from "./decision.ts";
import { decodeEvent, type EventDraft, type EventRecord } from "./event.ts";
import { rewriteLog, rewriteOf } from "./rewriting.ts";
import { changedShares } from "./share-record.ts";

/** Who is to be erased, and what stands in the place of that id. */
export interface Alias {
  readonly userId: string;
  readonly pseudonym: string;
}

/** The event with the pseudonym wherever it names the user; undefined if it does not. */
export function withoutUser(event: Event, alias: Alias): Event | undefined {
  const renamed = clone(EventSchema, event);
  const rename = renamer(alias);
  const { actor, payload } = renamed;
  if (actor !== undefined) actor.id = rename.text(actor.id);
  switch (payload.case) {
    case "sessionCreated":
    case "sessionForked":
      rename.session(payload.value.session);
      break;
    case "sessionShared":
    case "shareChanged":
      rename.share(payload.value.share);
      break;
    case "shareLinkOpened":
      payload.value.userId = rename.text(payload.value.userId);
      break;
    case "ownershipTransferred":
      payload.value.fromUserId = rename.text(payload.value.fromUserId);
      payload.value.toUserId = rename.text(payload.value.toUserId);
      rename.share(payload.value.kept);
      break;
  }
  return rename.count === 0 ? undefined : renamed;
}

/** The same of a head, but for whose it is. */
export function headWithoutUser(head: Head, alias: Alias): Head {
  const renamed = clone(HeadSchema, head);
  const rename = renamer(alias);
  for (const { share } of renamed.grants) rename.share(share);
  const { session } = renamed;
  if (session !== undefined) session.createdBy = rename.text(session.createdBy);
  return renamed;
}

/**
 * Takes the name of an erased user from events in somebody else's session, and from what follows
 * from them. What was said stays: it is the owner's.
 * @param told makes the event that says so
 * @returns undefined if none of the events names the user
 */
export function eraseActor(
  head: Head,
  records: readonly EventRecord[],
  alias: Alias,
  told: (payload: EventDraft["payload"]) => EventDraft,
): (Decision & { readonly state: Head }) | undefined {
  const rewrites = records.flatMap((record) => {
    const erased = withoutUser(decodeEvent(record), alias);
    return erased === undefined ? [] : [rewriteOf(record, erased)];
  });
  if (rewrites.length === 0) return undefined;
  const { pseudonym } = alias;
  const value = create(ActorErasedSchema, { pseudonym, events: rewrites.length });
  const decision = rewriteLog(head, rewrites, told({ case: "actorErased", value }));
  const state = headWithoutUser(decision.state, alias);
  const shares = changedShares(head, state);
  return { ...decision, state, ...(shares && { shares }), movesGate: true };
}

function renamer({ userId, pseudonym }: Alias) {
  const rename = {
    count: 0,
    text(id: string): string {
      if (id !== userId) return id;
      rename.count++;
      return pseudonym;
    },
    share(share: Share | undefined): void {
      if (share === undefined) return;
      share.recipients = share.recipients.map(rename.text);
      share.openedBy = share.openedBy.map(rename.text);
      share.createdBy = rename.text(share.createdBy);
    },
    session(session: Session | undefined): void {
      if (session === undefined) return;
      session.userId = rename.text(session.userId);
      session.createdBy = rename.text(session.createdBy);
    },
  };
  return rename;
}
