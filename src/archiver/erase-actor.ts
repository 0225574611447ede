import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type Alias, eraseActor } from "../domain/erasure.ts";
import type { EventRecord } from "../domain/event.ts";
import type { OthersSession, UnderErasure } from "../journal/port.ts";
import type { ExpiryParts } from "./expiry.ts";
import { actingFor, systemEvent } from "./system-event.ts";

/** Events that one write looks through, and bytes of them, about. */
const EVENTS = 500;
const BYTES = 1024 * 1024;

/** Sessions that are looked through for one question to the journal. */
const SESSIONS = 100;

/**
 * Puts the pseudonym in the user's place in all sessions of the tenant where others than their
 * owners have been; can be made again. Says whether nothing is left in the live view either.
 */
export async function eraseActorElsewhere(
  parts: ExpiryParts,
  erasure: UnderErasure,
): Promise<boolean> {
  const { erasing } = parts.journal;
  let clean = true;
  for (let after: string | undefined, more = true; more; ) {
    const found = await erasing.visitedSessions(erasure.tenantId, after, SESSIONS);
    for (const session of found) {
      if (session.userId === erasure.userId) continue;
      clean = (await eraseActorIn(parts, session, erasure)) && clean;
    }
    after = found.at(-1)?.uid;
    more = found.length === SESSIONS;
  }
  return clean;
}

async function eraseActorIn(
  parts: ExpiryParts,
  session: OthersSession,
  alias: UnderErasure,
): Promise<boolean> {
  const { journal, log, clock } = parts;
  const found = await rewrite(parts, session, alias);
  if (!found) return true;
  await journal.erasing.forgetPast(session.uid, clock.now());
  // Under the user's own key, where the session was the user's before it was given away.
  const { tenantId, userId } = alias;
  const { uid, sessionId } = session;
  return log.forgetPurged({ uid, tenantId, userId, sessionId, begunAt: clock.now(), swept: true });
}

/** Rewrites the whole log; says whether the user was named in it. */
async function rewrite(parts: ExpiryParts, session: OthersSession, alias: Alias): Promise<boolean> {
  const { journal, clock } = parts;
  let named = false;
  const { tenantId, userId, sessionId: id, uid } = session;
  await journal.unpackLog(uid, clock.now());
  for (let afterSeq = 0; ; ) {
    const head = await journal.readHead({ tenantId, userId, id });
    const version = head?.session?.version ?? 0;
    if (head?.uid !== uid || afterSeq >= version) return named;
    const range = { uid, afterSeq, upToSeq: version, limit: EVENTS, maxBytes: BYTES };
    const records = await journal.readEvents(range);
    const { done, changed } = await write(parts, session, head, records, alias);
    named ||= changed;
    if (done) afterSeq = records.at(-1)?.seq ?? version;
  }
}

/** Not done if something was rewritten since they were read: what was taken away must not come back. */
async function write(
  { log, clock, ids }: ExpiryParts,
  session: OthersSession,
  seen: Head,
  records: readonly EventRecord[],
  alias: Alias,
): Promise<{ done: boolean; changed: boolean }> {
  let overtaken = false;
  const { events } = await log.write({
    ...actingFor(session, "EraseActor", ids),
    decide(head) {
      overtaken = head?.uid === seen.uid && head.rewriteSeq !== seen.rewriteSeq;
      if (head?.uid !== seen.uid || overtaken) return undefined;
      return eraseActor(head, records, alias, (payload) =>
        systemEvent(ids, clock.now(), { taskId: undefined, payload }),
      );
    },
  });
  return { done: !overtaken, changed: events.length > 0 };
}
