import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Grant, Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Share } from "../../gen/parley/v1/share_pb.js";
import type { Principal } from "./principal.ts";

export function shareOf({ share }: Grant): Share {
  if (share === undefined) throw new TypeError("a grant without its share");
  return share;
}

/** When a grant ends, in milliseconds since 1970. */
export function endOf(grant: Grant): number {
  const { expiresAt } = shareOf(grant);
  return expiresAt === undefined ? Number.POSITIVE_INFINITY : timestampMs(expiresAt);
}

/**
 * What lets a caller in who is not the owner: of several grants the one that allows most, then
 * the one that lasts.
 */
export function grantOf({ grants }: Head, principal: Principal, now: Date): Grant | undefined {
  const names = new Set(granteesOf(principal));
  const isFor = (grant: Grant) =>
    endOf(grant) > now.getTime() && namedBy(grant).some((name) => names.has(name));
  return grants
    .filter(isFor)
    .toSorted((one, other) => allowed(other) - allowed(one) || longer(one, other))[0];
}

function allowed(grant: Grant): number {
  return shareOf(grant).permissions;
}

function longer(one: Grant, other: Grant): number {
  return endOf(one) === endOf(other) ? 0 : endOf(other) - endOf(one);
}

/**
 * Whom a grant is for, in the names that the index of shares has: `u:` a user, `e:` an e-mail
 * address, `g:` a group, and `l:` a link. What looks like an address may as well be a user's id.
 */
export function namedBy(grant: Grant): string[] {
  const { recipients, groups, openedBy, link } = shareOf(grant);
  return [
    ...recipients.flatMap((name) =>
      name.includes("@") ? [`u:${name}`, `e:${name.toLowerCase()}`] : [`u:${name}`],
    ),
    ...groups.map((name) => `g:${name}`),
    ...openedBy.map((name) => `u:${name}`),
    ...(link ? [linkName(grant.secretDigest)] : []),
  ];
}

/** All names under which something may be shared with a caller. */
export function granteesOf({ userId, email, groups }: Principal): string[] {
  return [
    `u:${userId}`,
    ...(email === undefined ? [] : [`e:${email.toLowerCase()}`]),
    ...[...(groups ?? [])].map((name) => `g:${name}`),
  ];
}

export function linkName(secretDigest: Uint8Array): string {
  return `l:${Buffer.from(secretDigest).toString("hex")}`;
}
