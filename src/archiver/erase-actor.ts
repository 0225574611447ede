import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type Alias, eraseActor } from "../domain/erasure.ts";
import type { EventRecord } from "../domain/event.ts";
import type { UnderErasure } from "../journal/port.ts";
import type { ExpiryParts } from "./expiry.ts";
import { actingFor, systemEvent } from "./system-event.ts";

/** Events that one write looks through, and bytes of them, about. */
const EVENTS = 500;
const BYTES = 1024 * 1024;

/** A session of somebody else's, in which a user may have written. */
export interface OthersSession {
  readonly uid: string;
  readonly tenantId: string;
  /** Its owner. */
  readonly userId: string;
  readonly sessionId: string;
}

/** Tells in whose sessions a user may have written. */
export type FindOthersSessions = (who: UnderErasure) => Promise<readonly OthersSession[]>;

/** As long as nobody can be let into another's session. */
export const NOWHERE: FindOthersSessions = async () => [];

/** Puts the pseudonym in the user's place in the whole log of a session; can be made again. */
export async function eraseActorIn(
  parts: ExpiryParts,
  session: OthersSession,
  alias: Alias,
): Promise<void> {
  const { journal, clock } = parts;
  const { tenantId, userId, sessionId: id, uid } = session;
  await journal.unpackLog(uid, clock.now());
  for (let afterSeq = 0; ; ) {
    const head = await journal.readHead({ tenantId, userId, id });
    const version = head?.session?.version ?? 0;
    if (head?.uid !== uid || afterSeq >= version) return;
    const range = { uid, afterSeq, upToSeq: version, limit: EVENTS, maxBytes: BYTES };
    const records = await journal.readEvents(range);
    const done = await write(parts, session, head, records, alias);
    if (done) afterSeq = records.at(-1)?.seq ?? version;
  }
}

/** False if something was rewritten since they were read: what was taken away must not come back. */
async function write(
  { log, clock, ids }: ExpiryParts,
  session: OthersSession,
  seen: Head,
  records: readonly EventRecord[],
  alias: Alias,
): Promise<boolean> {
  let overtaken = false;
  await log.write({
    ...actingFor(session, "EraseActor", ids),
    decide(head) {
      overtaken = head?.uid === seen.uid && head.rewriteSeq !== seen.rewriteSeq;
      if (head?.uid !== seen.uid || overtaken) return undefined;
      return eraseActor(head, records, alias, (payload) =>
        systemEvent(ids, clock.now(), { taskId: undefined, payload }),
      );
    },
  });
  return !overtaken;
}
