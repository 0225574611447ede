import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { ActorSchema, ActorType, StateChangedSchema } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { changeState } from "../../src/domain/decision.ts";
import { type EventDraft, newEvent } from "../../src/domain/event.ts";
import type { Journal } from "../../src/journal/port.ts";

/** Events of one write. */
const WRITE = 100;

/** Which session, and how many events it is to have. */
export interface LongSession {
  readonly userId: string;
  readonly sessionId: string;
  readonly events: number;
}

/**
 * Fills a log straight through the journal: turns of a question, three messages
 * of tools and an answer, and a change of state every hundred events.
 */
export async function lengthen(journal: Journal, session: LongSession): Promise<void> {
  const { userId, sessionId, events } = session;
  const address = { tenantId: "dev-tenant", userId, id: sessionId };
  for (;;) {
    const head = await journal.readHead(address);
    if (head?.session === undefined) throw new Error("there is no such session");
    const left = events - head.session.version;
    if (left <= 0) return;
    const { version } = head.session;
    const messages = Array.from({ length: Math.min(WRITE, left) - 1 }, (_, n) =>
      newEvent(messageDraft(version + n)),
    );
    const changed = changeState(head, [stateDraft(version)]);
    const outcome = await journal.changeSession({
      operation: operationOf(userId),
      uid: head.uid,
      basedOn: { state: head.session.stateVersion },
      events: [...messages, ...changed.events],
      state: changed.state,
    });
    if (outcome.kind !== "committed") throw new Error(`a write was ${outcome.kind}`);
  }
}

function operationOf(userId: string) {
  const key = randomUUID();
  const requestHash = new Uint8Array(32);
  return { tenantId: "dev-tenant", userId, method: "test.Lengthen", key, requestHash };
}

function messageDraft(n: number): EventDraft {
  const roles = [Role.USER, Role.TOOL, Role.TOOL, Role.TOOL, Role.ASSISTANT];
  const value = { role: roles[n % 5]!, content: `message ${String(n).padStart(6, "0")}` };
  return { ...stamp(), payload: { case: "message", value } };
}

function stateDraft(n: number): EventDraft {
  const value = create(StateChangedSchema, { context: { n }, variables: { at: n } });
  return { ...stamp(), payload: { case: "stateChanged", value } };
}

function stamp() {
  const actor = create(ActorSchema, { type: ActorType.USER, id: "test" });
  return { eventId: randomUUID(), at: new Date(), actor };
}
