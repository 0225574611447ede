import type { Context } from "../context.ts";
import type { EventDraft } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import { actorOf } from "./actor.ts";

/** An event that its caller causes now. */
export function draftEvent(
  context: Context,
  principal: Principal,
  payload: EventDraft["payload"],
): EventDraft {
  return {
    eventId: context.ids.uuid(),
    at: context.clock.now(),
    actor: actorOf(principal),
    payload,
  };
}
