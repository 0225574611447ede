import { Permission } from "../../../../gen/parley/v1/share_pb.js";
import { ShareService } from "../../../../gen/parley/v1/share_service_pb.js";
import { live, type Row, row, unknown } from "./row.ts";

const { method: shares } = ShareService;
const one = { sessionId: "one" };
const bob = { "x-user-id": "bob" };

/** Who else is let in; what that is good for stands in test/e2e/sharing. */
export const SHARE_ROWS: readonly Row[] = [
  row(shares.shareSession, [
    {
      name: "with a user",
      input: { ...one, recipients: ["bob"], permissions: Permission.EDIT, requestId: "s-1" },
      keep: ({ shareId }) => ({ shareId }),
    },
    {
      name: "again",
      input: { ...one, recipients: ["bob"], permissions: Permission.EDIT, requestId: "s-1" },
    },
    {
      name: "with another under the same name",
      input: { ...one, recipients: ["carol"], requestId: "s-1" },
      fails: "idempotency_conflict",
    },
    { name: "with nobody", input: one, fails: "invalid_argument" },
    {
      name: "which is another's to do",
      input: { ...one, recipients: ["carol"] },
      headers: bob,
      fails: "session_not_accessible",
    },
    { name: "unknown", input: { ...unknown, recipients: ["bob"] }, fails: "session_not_found" },
  ]),
  row(shares.getAccess, [
    { name: "of the owner", input: live },
    { name: "of a guest", input: live, headers: bob },
    {
      name: "of a stranger",
      input: live,
      headers: { "x-user-id": "x" },
      fails: "session_not_found",
    },
  ]),
  row(shares.updateShare, [
    {
      name: "to less, for a while",
      input: ({ shareId = "" }) => ({
        ...one,
        shareId,
        permissions: Permission.VIEW,
        expiration: "2999-01-01T00:00:00Z",
      }),
    },
    { name: "unknown", input: { ...one, shareId: "x" }, fails: "share_not_found" },
  ]),
  row(shares.listSharedSessions, [
    { name: "with nobody", input: {} },
    { name: "too many", input: { limit: 101 }, fails: "invalid_argument" },
  ]),
  row(shares.createShareLink, [
    {
      name: "to view",
      input: one,
      keep: ({ secret, share }) => ({ secret, linkId: share?.shareId }),
    },
    {
      name: "to own",
      input: { ...one, permissions: Permission.OWN },
      fails: "invalid_argument",
    },
  ]),
  row(shares.previewShareLink, [
    { name: "before it is opened", input: ({ secret = "" }) => ({ secret }), headers: bob },
    { name: "unknown", input: { secret: "ps_unknown" }, fails: "share_not_found" },
  ]),
  row(shares.openShareLink, [
    { name: "by a guest", input: ({ secret = "" }) => ({ secret }), headers: bob },
    { name: "unknown", input: { secret: "ps_unknown" }, fails: "share_not_found" },
  ]),
  row(shares.listShares, [
    { name: "all", input: live },
    { name: "by a guest", input: live, headers: bob, fails: "session_not_accessible" },
  ]),
  row(shares.revokeShare, [
    { name: "a link", input: ({ linkId = "" }) => ({ ...one, shareId: linkId }) },
    { name: "again", input: ({ linkId = "" }) => ({ ...one, shareId: linkId }) },
    { name: "unknown session", input: { ...unknown, shareId: "x" }, fails: "session_not_found" },
  ]),
  row(shares.transferSession, [
    { name: "to a stranger", input: { ...one, toUserId: "x" }, fails: "invalid_argument" },
    {
      name: "to oneself",
      input: { ...one, toUserId: "ann" },
      fails: "invalid_argument",
    },
    {
      name: "by a guest",
      input: { ...one, toUserId: "bob" },
      headers: bob,
      fails: "session_not_accessible",
    },
    {
      name: "and back again",
      input: { ...one, toUserId: "bob", keep: Permission.COLLABORATE },
    },
    {
      name: "by its new owner",
      input: { ...one, toUserId: "ann" },
      headers: bob,
    },
  ]),
];
