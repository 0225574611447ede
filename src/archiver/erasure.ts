import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { SessionDeletedSchema } from "../../gen/parley/v1/event_pb.js";
import { changeState, type Decision } from "../domain/decision.ts";
import { ParleyError } from "../domain/errors.ts";
import { cancelAll } from "../domain/task-commands.ts";
import type { Ids } from "../ids.ts";
import type { OwnedSession, UnderErasure } from "../journal/port.ts";
import { eraseActorElsewhere } from "./erase-actor.ts";
import type { ExpiryParts } from "./expiry.ts";
import type { Chore } from "./sweeper.ts";
import { actingFor, systemEvent } from "./system-event.ts";

/** Erasures taken up one after the other. */
const BATCH = 5;
/** Sessions deleted at once. */
const SESSIONS = 50;
/** Until it is looked again whether the purges of an erasure have ended, in milliseconds. */
const WAIT_MS = 1000;

/**
 * Erases users. What was done is known from what is left: so it goes on wherever it was broken off,
 * in whichever replica.
 */
export function eraseUsers(parts: ExpiryParts): Chore {
  const { journal, clock } = parts;
  const { erasing } = journal;
  /** Those after which this replica has looked everywhere: once is enough. */
  const searched = new Set<string>();
  const soon = () => new Date(clock.now().getTime() + WAIT_MS);

  async function erase(erasure: UnderErasure): Promise<void> {
    const { erasureId } = erasure;
    await erasing.eraseCredentials(erasure);
    const left = await purgeSome(parts, erasure);
    if (left) return erasing.continueErasure(erasureId, clock.now());
    const clean = searched.has(erasureId) || (await eraseActorElsewhere(parts, erasure));
    if (clean) searched.add(erasureId);
    await erasing.eraseAccount(erasure);
    const over = clean && (await erasing.completeErasure(erasureId, clock.now()));
    if (over) searched.delete(erasureId);
    else await erasing.continueErasure(erasureId, soon());
  }

  return {
    name: "erase users",
    everyMs: 500,
    async run() {
      const due = await erasing.takeErasures(clock.now(), BATCH);
      for (const erasure of due) await erase(erasure);
      return { done: due.length, more: due.length > 0 };
    },
  };
}

/**
 * Deletes sessions of a user, so that their work is settled, and begins to purge them. Says whether
 * there may be more, or some that were restored in between.
 */
async function purgeSome(parts: ExpiryParts, erasure: UnderErasure): Promise<boolean> {
  const { erasing } = parts.journal;
  const owned = await erasing.sessionsOf(erasure, SESSIONS);
  if (owned.length === 0) return false;
  const now = parts.clock.now();
  const settled = await Promise.all(owned.map((session) => settle(parts, erasure, session)));
  const { erasureId } = erasure;
  const uids = (orderly: boolean) =>
    owned.filter((_, i) => settled[i] === orderly).map(({ uid }) => uid);
  await erasing.purgeSessions({ uids: uids(true), whatever: false, erasureId }, now);
  await erasing.purgeSessions({ uids: uids(false), whatever: true, erasureId }, now);
  return true;
}

/** False if the session cannot be deleted as others are: nobody can read it any more. */
async function settle(
  { log, clock, ids }: ExpiryParts,
  { tenantId, userId }: UnderErasure,
  { uid, sessionId, deleted }: OwnedSession,
): Promise<boolean> {
  if (deleted) return true;
  try {
    await log.write({
      ...actingFor({ tenantId, userId, sessionId }, "EraseUser", ids),
      decide: (head) => (head?.uid === uid ? decide(head, clock.now(), ids) : undefined),
    });
    return true;
  } catch (error) {
    if (error instanceof ParleyError && error.reason !== "internal") throw error;
    return false;
  }
}

function decide(head: Head, now: Date, ids: Ids): Decision | undefined {
  if (head.deletedAt !== undefined) return undefined;
  const ended = cancelAll(head, { code: "deleted", reason: "the user was erased", now });
  const payload = { case: "sessionDeleted" as const, value: create(SessionDeletedSchema) };
  const drafts = [...ended, { taskId: undefined, payload }];
  return changeState(
    head,
    drafts.map((draft) => systemEvent(ids, now, draft)),
    { movesGate: true },
  );
}
