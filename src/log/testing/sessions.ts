import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Head, HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { ActorSchema } from "../../../gen/parley/v1/event_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { SessionSchema } from "../../../gen/parley/v1/session_pb.js";
import { type EventRecord, type NewEvent, newEvent, placeEvent } from "../../domain/event.ts";
import type { Principal } from "../../domain/principal.ts";
import { EVERY_SCOPE } from "../../domain/scopes.ts";

export const OWNER: Principal = {
  tenantId: "tenant",
  userId: "owner",
  roles: new Set(["user"]),
  scopes: EVERY_SCOPE,
  via: "dev",
};

export const ID = "session";
export const UID = "uid-1";

type Fields = Exclude<MessageInitShape<typeof SessionSchema>, { $typeName: string }>;

interface HeadFields extends Fields {
  readonly uid?: string;
  readonly deleted?: Date;
}

/** The owner's session at a version, all of whose events but the first are turns of one message. */
export function headAt(version: number, { uid = UID, deleted, ...fields }: HeadFields = {}): Head {
  const { tenantId, userId } = OWNER;
  return create(HeadSchema, {
    uid,
    session: create(SessionSchema, {
      sessionId: ID,
      tenantId,
      userId,
      version,
      stateVersion: 1,
      messageCount: version - 1,
      turnCount: version - 1,
      ...fields,
    }),
    ...(deleted && { deletedAt: timestampFromDate(deleted) }),
  });
}

export function said(content: string, role = Role.USER, messageId?: string): NewEvent {
  return event({ case: "message", value: { role, content } }, messageId);
}

export function event(
  payload: Parameters<typeof newEvent>[0]["payload"],
  eventId: string = crypto.randomUUID(),
): NewEvent {
  const actor = create(ActorSchema);
  return newEvent({ eventId, at: new Date(0), actor, payload });
}

/** Message `n` is said at seq `n`, and is turn `n - 1`; at seq 1 the session was created. */
export function eventAt(seq: number, content = `message ${seq}`, messageId?: string): EventRecord {
  const created = () => event({ case: "sessionCreated", value: {} });
  const { bytes } = seq === 1 ? created() : said(content, Role.USER, messageId);
  return placeEvent(bytes, seq, seq - 1);
}

export function eventsBetween(afterSeq: number, upToSeq: number): EventRecord[] {
  return Array.from({ length: upToSeq - afterSeq }, (_, i) => eventAt(afterSeq + 1 + i));
}
