import type { Grant, Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../../gen/parley/v1/session_pb.js";
import type { Share } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { isOver } from "../../domain/access.ts";
import { shareNotFound } from "../../domain/errors.ts";
import { endOf, linkName, shareOf } from "../../domain/grant.ts";
import { linkDigest } from "../../link-secret.ts";

/** What a link leads to. */
export interface Linked {
  readonly head: Head;
  readonly session: Session;
  readonly share: Share;
}

/** What a link of this tenant leads to now; else `share_not_found`. */
export async function findLinked(
  context: Context,
  tenantId: string,
  secret: string,
): Promise<Linked> {
  const name = linkName(linkDigest(secret));
  return linkedIn(await context.log.findShared(tenantId, name), name, context.clock.now());
}

/** The same of a head that was found. */
export function linkedIn(head: Head | undefined, name: string, now: Date): Linked {
  const grant = head?.grants.find((one) => isLink(one, name) && endOf(one) > now.getTime());
  const session = head?.session;
  if (grant === undefined || session === undefined || isOver(session, now)) throw shareNotFound();
  if (head?.deletedAt !== undefined) throw shareNotFound();
  return { head: head!, session, share: shareOf(grant) };
}

function isLink(grant: Grant, name: string): boolean {
  return shareOf(grant).link && linkName(grant.secretDigest) === name;
}
