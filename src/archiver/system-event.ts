import { create } from "@bufbuild/protobuf";
import { ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import type { EventDraft } from "../domain/event.ts";
import { EVERY_SCOPE } from "../domain/scopes.ts";
import type { WorkDraft } from "../domain/task-commands.ts";
import type { Ids } from "../ids.ts";
import type { WriteRequest } from "../log/write-session.ts";

/** Stands for the request of an operation that nobody asked for, and nobody repeats. */
const NO_HASH = new Uint8Array(32);

interface Owned {
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
}

/** A write in the name of a session's owner, decided on what the journal says. */
export function actingFor(
  { tenantId, userId, sessionId }: Owned,
  chore: string,
  ids: Ids,
): Omit<WriteRequest, "decide"> {
  const method = `parley.archiver/${chore}`;
  return {
    principal: { tenantId, userId, roles: new Set<never>(), scopes: EVERY_SCOPE, via: "parley" },
    id: sessionId,
    operation: { tenantId, userId, method, key: ids.uuid(), requestHash: NO_HASH },
    retryable: false,
    confirmed: true,
  };
}

/** An event that Parley itself causes. */
export function systemEvent(ids: Ids, now: Date, { taskId, payload }: WorkDraft): EventDraft {
  return {
    eventId: ids.uuid(),
    at: now,
    actor: create(ActorSchema, { type: ActorType.SYSTEM, id: "parley" }),
    payload,
    ...(taskId !== undefined && { taskId }),
  };
}
