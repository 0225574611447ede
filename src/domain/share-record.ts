import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { namedBy, shareOf } from "./grant.ts";

/** That a share names somebody, as the index of shares keeps it. */
export interface ShareRecord {
  readonly shareId: string;
  /** See `namedBy`. */
  readonly name: string;
  readonly sharedAt: Date;
  readonly expiresAt: Date | undefined;
}

/** What is to be in the index of shares from then on, and what no longer. */
export interface ShareChanges {
  readonly put: readonly ShareRecord[];
  readonly drop: readonly Pick<ShareRecord, "shareId" | "name">[];
}

/** Undefined where nobody is named anew, no longer, or for another time. */
export function changedShares(before: Head, after: Head): ShareChanges | undefined {
  if (before.grants.length === 0 && after.grants.length === 0) return undefined;
  const [old, now] = [recordsOf(before), recordsOf(after)];
  const put = [...now].flatMap(([key, record]) =>
    old.get(key)?.expiresAt?.getTime() === record.expiresAt?.getTime() && old.has(key)
      ? []
      : [record],
  );
  const drop = [...old].flatMap(([key, record]) => (now.has(key) ? [] : [record]));
  return put.length + drop.length === 0 ? undefined : { put, drop };
}

function recordsOf(head: Head): Map<string, ShareRecord> {
  const records = new Map<string, ShareRecord>();
  for (const grant of head.grants) {
    const { shareId, createdAt, expiresAt } = shareOf(grant);
    if (createdAt === undefined) throw new TypeError("a share without the time it was made");
    const times = {
      sharedAt: timestampDate(createdAt),
      expiresAt: expiresAt && timestampDate(expiresAt),
    };
    for (const name of namedBy(grant)) {
      records.set(`${shareId} ${name}`, { shareId, name, ...times });
    }
  }
  return records;
}
