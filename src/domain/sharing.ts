import { clone, create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Permission, type Share, ShareSchema } from "../../gen/parley/v1/share_pb.js";
import { dateUntil } from "./dates.ts";
import { invalidArgument, ParleyError, shareNotFound } from "./errors.ts";
import { endOf, namedBy, shareOf } from "./grant.ts";
import { isCallerId } from "./ids.ts";

/** Most shares of a session, and most whom all of them name or have let in. */
export const MAX_SHARES = 100;
export const MAX_NAMED = 500;

export interface ShareWish {
  readonly recipients: readonly string[];
  readonly groups: readonly string[];
  /** `UNSPECIFIED`: to view. */
  readonly permissions: Permission;
  readonly message?: string | undefined;
  readonly expiration?: string | undefined;
}

export interface ShareIdentity {
  readonly shareId: string;
  readonly createdBy: string;
  readonly now: Date;
}

/** A share that names somebody. */
export function newShare(wish: ShareWish, identity: ShareIdentity): Share {
  const recipients = distinct("recipients", wish.recipients, isCallerId);
  const groups = distinct("groups", wish.groups, isGroup);
  // Whoever shares has the session already.
  const others = recipients.filter((name) => name !== identity.createdBy);
  if (others.length + groups.length === 0) {
    throw invalidArgument("recipients", "must name somebody else, or groups must");
  }
  return shareOfWish(wish, identity, { recipients: others, groups, link: false });
}

/** A share that lets in whoever opens its link. */
export function newLink(wish: Omit<ShareWish, "recipients" | "groups">, identity: ShareIdentity) {
  return shareOfWish(wish, identity, { recipients: [], groups: [], link: true });
}

function shareOfWish(
  { permissions, message, expiration }: Omit<ShareWish, "recipients" | "groups">,
  { shareId, createdBy, now }: ShareIdentity,
  whom: { recipients: string[]; groups: string[]; link: boolean },
): Share {
  const share = create(ShareSchema, {
    ...whom,
    shareId,
    permissions: permissionOf("permissions", permissions, Permission.VIEW),
    createdBy,
    createdAt: timestampFromDate(now),
  });
  if (message !== undefined && message !== "") share.message = message;
  if (expiration !== undefined) share.expiresAt = timestampFromDate(future(expiration, now));
  return share;
}

export interface ShareEdit {
  readonly permissions: Permission;
  readonly message?: string | undefined;
  readonly expiration?: string | undefined;
}

/** A share as it is to be; undefined if that is what it is. */
export function editedShare(share: Share, edit: ShareEdit, now: Date): Share | undefined {
  const { message, expiration } = edit;
  const edited = clone(ShareSchema, share);
  edited.permissions = permissionOf("permissions", edit.permissions, share.permissions);
  if (message === "") delete edited.message;
  else if (message !== undefined) edited.message = message;
  if (expiration === "") delete edited.expiresAt;
  else if (expiration !== undefined) edited.expiresAt = timestampFromDate(future(expiration, now));
  const same = JSON.stringify(fieldsOf(edited)) === JSON.stringify(fieldsOf(share));
  return same ? undefined : edited;
}

function fieldsOf({ permissions, message, expiresAt }: Share) {
  return [permissions, message, expiresAt && [String(expiresAt.seconds), expiresAt.nanos]];
}

/** A share of a session; else `share_not_found`. */
export function findShare(head: Head, shareId: string): Share {
  const found = head.grants.find((grant) => shareOf(grant).shareId === shareId);
  if (found === undefined) throw shareNotFound();
  return shareOf(found);
}

/** Refuses one share more than a session can have. */
export function refuseMoreShares({ grants }: Head, share: Share): void {
  if (grants.length >= MAX_SHARES) {
    throw invalidArgument("session_id", `has ${MAX_SHARES} shares already: revoke some`);
  }
  if (countNamed(grants.map(shareOf)) + countNamed([share]) > MAX_NAMED) {
    throw invalidArgument("recipients", `would be more than ${MAX_NAMED} with those of all shares`);
  }
}

/** Refuses to let one more in by a link. */
export function refuseMoreOpening({ grants }: Head): void {
  if (countNamed(grants.map(shareOf)) < MAX_NAMED) return;
  throw new ParleyError("session_not_accessible", "the link has let in as many as it may");
}

/** True if a share that has not ended names this user by its id. */
export function isNamed({ grants }: Head, userId: string, now: Date): boolean {
  return grants.some(
    (grant) => endOf(grant) > now.getTime() && namedBy(grant).includes(`u:${userId}`),
  );
}

/** What somebody is to be allowed; nobody but the owner is allowed everything. */
export function permissionOf(field: string, asked: Permission, otherwise: Permission): Permission {
  if (asked !== Permission.OWN) return asked === Permission.UNSPECIFIED ? otherwise : asked;
  throw invalidArgument(field, "must be one of view, edit, collaborate");
}

function countNamed(shares: readonly Share[]): number {
  return shares.reduce(
    (sum, { recipients, groups, openedBy }) =>
      sum + recipients.length + groups.length + openedBy.length,
    0,
  );
}

function future(text: string, now: Date): Date {
  const at = dateUntil("expiration", text);
  if (at > now) return at;
  throw invalidArgument("expiration", "must be in the future");
}

function distinct(
  field: string,
  names: readonly string[],
  isOne: (name: string) => boolean,
): string[] {
  const bad = names.findIndex((name) => !isOne(name));
  if (bad === -1) return [...new Set(names)];
  throw invalidArgument(`${field}[${bad}]`, "must be 1 to 255 visible characters");
}

/** Groups are whatever tokens call them, blanks and all. */
function isGroup(name: string): boolean {
  return name.trim() !== "" && name.length <= 255 && !/\p{Cc}/u.test(name);
}
