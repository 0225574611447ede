import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { GrantSchema, type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { Permission, type Share, ShareSchema } from "../../gen/parley/v1/share_pb.js";
import {
  editedShare,
  findShare,
  isNamed,
  MAX_NAMED,
  MAX_SHARES,
  newLink,
  newShare,
  refuseMoreOpening,
  refuseMoreShares,
} from "./sharing.ts";
import { reasonOf } from "./testing/refusal.ts";

const NOW = new Date("2026-01-02T00:00:00Z");
const BY_ALICE = { shareId: "s1", createdBy: "alice", now: NOW };
const WISH = { recipients: ["bob"], groups: [], permissions: Permission.UNSPECIFIED };

function withShares(...shares: Share[]): Head {
  return create(HeadSchema, { grants: shares.map((share) => create(GrantSchema, { share })) });
}

const naming = (count: number, over: Partial<Share> = {}): Share => ({
  ...create(ShareSchema, { shareId: crypto.randomUUID() }),
  recipients: Array.from({ length: count }, (_, i) => `user-${i}`),
  ...over,
});

describe("a share", () => {
  it("lets view unless more is said, names each once, and never its maker", () => {
    const share = newShare({ ...WISH, recipients: ["bob", "alice", "bob"] }, BY_ALICE);
    expect(share).toMatchObject({
      ...{ shareId: "s1", permissions: Permission.VIEW, recipients: ["bob"], groups: [] },
      ...{ link: false, createdBy: "alice", createdAt: timestampFromDate(NOW) },
    });
    expect([share.message, share.expiresAt]).toEqual([undefined, undefined]);
  });

  it.each([
    ["2026-01-02", "2026-01-03T00:00:00Z"],
    ["2026-01-02T00:00:01Z", "2026-01-02T00:00:01Z"],
  ])("that expires at %s ends then, or with that day", (expiration, end) => {
    const { expiresAt } = newLink({ permissions: Permission.EDIT, expiration }, BY_ALICE);
    expect(expiresAt).toEqual(timestampFromDate(new Date(end)));
  });

  it.each([
    ["nobody", { recipients: [] }],
    ["its maker alone", { recipients: ["alice"] }],
    ["who cannot be", { recipients: ["a b"] }],
    ["a blank group", { groups: [" "] }],
    ["an owner", { permissions: Permission.OWN }],
    ["for a time that is over", { expiration: "2026-01-02T00:00:00Z" }],
  ])("is not for %s", (_, over) => {
    expect(reasonOf(() => newShare({ ...WISH, ...over }, BY_ALICE))).toBe("invalid_argument");
  });

  it("is changed in what is given, and not where nothing is", () => {
    const share = newShare({ ...WISH, message: "hello", expiration: "2026-02-01" }, BY_ALICE);
    const nothing = { permissions: Permission.UNSPECIFIED };
    expect(editedShare(share, nothing, NOW)).toBeUndefined();
    expect(editedShare(share, { permissions: Permission.VIEW, message: "hello" }, NOW)).toBe(
      undefined,
    );
    const edited = editedShare(share, { permissions: Permission.EDIT }, NOW);
    expect(edited).toEqual({ ...share, permissions: Permission.EDIT });
    const cleared = editedShare(share, { ...nothing, message: "", expiration: "" }, NOW);
    expect([cleared?.message, cleared?.expiresAt]).toEqual([undefined, undefined]);
    expect(share.message).toBe("hello");
  });

  it("is found by its id", () => {
    const share = naming(1);
    expect(findShare(withShares(naming(1), share), share.shareId)).toEqual(share);
    expect(reasonOf(() => findShare(withShares(share), "x"))).toBe("share_not_found");
  });

  it("is one of so many", () => {
    const many = withShares(...Array.from({ length: MAX_SHARES - 1 }, () => naming(1)));
    expect(reasonOf(() => refuseMoreShares(many, naming(1)))).toBeUndefined();
    many.grants.push(create(GrantSchema, { share: naming(1) }));
    expect(reasonOf(() => refuseMoreShares(many, naming(1)))).toBe("invalid_argument");
  });

  it("names so many, with those of all others and those who opened links", () => {
    const openedBy = naming(400).recipients;
    const head = withShares(naming(0, { link: true, openedBy }), naming(50));
    expect(reasonOf(() => refuseMoreShares(head, naming(MAX_NAMED - 450)))).toBeUndefined();
    expect(reasonOf(() => refuseMoreShares(head, naming(MAX_NAMED - 449)))).toBe(
      "invalid_argument",
    );
    expect(reasonOf(() => refuseMoreOpening(head))).toBeUndefined();
    const full = withShares(naming(MAX_NAMED));
    expect(reasonOf(() => refuseMoreOpening(full))).toBe("session_not_accessible");
  });

  it("makes somebody one to whom the session can be given, while it lasts", () => {
    const expiresAt = timestampFromDate(NOW);
    expect(isNamed(withShares(naming(1)), "user-0", NOW)).toBe(true);
    expect(isNamed(withShares(naming(1, { expiresAt })), "user-0", NOW)).toBe(false);
    expect(isNamed(withShares(naming(0, { groups: ["user-0"] })), "user-0", NOW)).toBe(false);
    expect(isNamed(withShares(naming(0, { link: true, openedBy: ["x"] })), "x", NOW)).toBe(true);
  });
});
