import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { EventSchema } from "../../../gen/parley/v1/event_pb.js";
import type { Context } from "../../context.ts";
import { changeState } from "../../domain/decision.ts";
import { decodeEvent } from "../../domain/event.ts";
import type { Principal } from "../../domain/principal.ts";
import type { ShareIdentity } from "../../domain/sharing.ts";
import type { Written } from "../../log/write-session.ts";
import { draftEvent } from "../event.ts";

type Payload = NonNullable<MessageInitShape<typeof EventSchema>["payload"]> & { case: string };

/** Writes who is let in; whoever appends is then asked anew whether it still may. */
export function changeGrants(context: Context, principal: Principal, head: Head, payload: Payload) {
  return changeState(head, [draftEvent(context, principal, payload)], { movesGate: true });
}

export function identityOf({ ids, clock }: Context, { userId }: Principal): ShareIdentity {
  return { shareId: ids.uuid(), createdBy: userId, now: clock.now() };
}

/** What a call that shares has written, now or as the first of several. */
export function sharedBy({ events: [record] }: Written) {
  const payload = record && decodeEvent(record).payload;
  if (payload?.case !== "sessionShared") throw new TypeError("a share was written as no share");
  return payload.value;
}
