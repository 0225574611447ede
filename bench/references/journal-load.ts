// Appends without a server: straight into the journal, and one transaction per
// append. A process of its own, so that it has the core that the server has
// otherwise. Started with the URL of a Postgres, or none for PGlite; told by its
// parent what to drive and for how long.
import { create } from "@bufbuild/protobuf";
import { SessionCreatedSchema } from "../../gen/parley/v1/event_pb.js";
import { CreateSessionRequestSchema } from "../../gen/parley/v1/session_commands_pb.js";
import { actorOf } from "../../src/api/actor.ts";
import { newEvent } from "../../src/domain/event.ts";
import { messagePayload } from "../../src/domain/message.ts";
import type { Principal } from "../../src/domain/principal.ts";
import { EVERY_SCOPE } from "../../src/domain/scopes.ts";
import { newConversation } from "../../src/domain/session.ts";
import { uuidV7 } from "../../src/ids.ts";
import type { Operation } from "../../src/journal/port.ts";
import { closedLoop, IN_FLIGHT, type Sample } from "../load/closed-loop.ts";
import { draftMessage, draftSession, SESSIONS } from "../load/subjects.ts";
import { openDatabase } from "./database.ts";
import { appendInTransaction } from "./transaction-per-append.ts";

/** What the parent asks for. */
export interface LoadRequest {
  readonly append: "batch" | "transaction";
  readonly seconds: number;
  readonly inFlight: number;
}

/** What it gets: a sample, or the stack of what went wrong. */
export type LoadAnswer = { readonly sample: Sample } | { readonly error: string };

const caller: Principal = {
  tenantId: "dev-tenant",
  userId: "bench-journal",
  roles: new Set(["user"]),
  scopes: EVERY_SCOPE,
  via: "dev",
};
const now = new Date();
const actor = actorOf(caller);
const event = newEvent({
  eventId: uuidV7.uuid(),
  at: now,
  actor,
  payload: messagePayload(draftMessage(), "message"),
});

const { journal, pool } = await openDatabase(process.argv[2]);
const uids: string[] = [];
for (let n = 0; n < SESSIONS; n += IN_FLIGHT) {
  uids.push(...(await Promise.all(Array.from({ length: IN_FLIGHT }, createSession))));
}
process.on("message", (request: LoadRequest) => {
  drive(request).then(
    (sample) => process.send?.({ sample }),
    (error) => process.send?.({ error: String((error as Error).stack) }),
  );
});
process.once("disconnect", () => process.exit());
process.send?.("ready");

function drive({ append, seconds, inFlight }: LoadRequest): Promise<Sample> {
  let turn = 0;
  const nextUid = () => uids[turn++ % uids.length]!;
  const appendOnce = () =>
    append === "batch"
      ? appendInBatch(nextUid())
      : appendInTransaction(pool, nextUid(), event, operationOf("AppendMessages"));
  return closedLoop(seconds, appendOnce, inFlight);
}

async function appendInBatch(uid: string): Promise<void> {
  const operation = operationOf("AppendMessages");
  const basedOn = { gate: 1 };
  const outcome = await journal.changeSession({ operation, uid, basedOn, events: [event] });
  if (outcome.kind !== "committed") throw new Error(`an append was ${outcome.kind}`);
}

async function createSession(): Promise<string> {
  const uid = uuidV7.uuid();
  const request = create(CreateSessionRequestSchema, draftSession());
  const head = newConversation(request, caller, { uid, sessionId: uid, now });
  const value = create(SessionCreatedSchema, { session: head.session });
  const payload = { case: "sessionCreated", value } as const;
  const operation = operationOf("CreateSession");
  const created = newEvent({ eventId: uid, at: now, actor, payload });
  const outcome = await journal.createSession({ operation, head, events: [created] });
  if (outcome.kind !== "committed") throw new Error(`a creation was ${outcome.kind}`);
  return uid;
}

function operationOf(method: string): Operation {
  const { tenantId, userId } = caller;
  return { tenantId, userId, method, key: uuidV7.uuid(), requestHash: new Uint8Array(32) };
}
