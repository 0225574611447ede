import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { Permission, type Share, ShareSchema } from "../../gen/parley/v1/share_pb.js";
import { foldEvents } from "./fold.ts";
import { changedShares } from "./share-record.ts";
import { placedEvent } from "./testing/events.ts";

const NOW = new Date("2026-01-02T00:00:00Z");
type Payload = Parameters<typeof placedEvent>[1];

const before = create(HeadSchema, { uid: "u", session: { userId: "alice", externalId: "mine" } });
const after = (head: Head, ...payloads: Payload[]) =>
  foldEvents(
    head,
    payloads.map((payload, i) => placedEvent(i + 2, payload)),
  );
const share = (shareId: string, over: Partial<Share> = {}): Share => ({
  ...create(ShareSchema, { shareId, permissions: Permission.VIEW }),
  createdAt: timestampFromDate(NOW),
  ...over,
});
const shared = (one: Share): Payload => ({ case: "sessionShared", value: { share: one } });
const sharesOf = ({ grants }: Head) => grants.map((grant) => grant.share);

it("grants follow the events of shares, and the head before stays as it was", () => {
  const one = share("s1", { recipients: ["bob"] });
  const link = share("s2", { link: true });
  const both = after(before, shared(one), shared(link));
  expect(sharesOf(both)).toEqual([one, link]);
  const more = { ...one, permissions: Permission.EDIT };
  const changed = after(both, { case: "shareChanged", value: { share: more } });
  expect(sharesOf(changed)).toEqual([more, link]);
  const opened = after(both, { case: "shareLinkOpened", value: { shareId: "s2", userId: "eve" } });
  expect(sharesOf(opened)).toEqual([one, { ...link, openedBy: ["eve"] }]);
  expect(sharesOf(both)).toEqual([one, link]);
  const left = after(opened, { case: "shareRevoked", value: { shareId: "s1" } });
  expect(left.grants.map((grant) => grant.share?.shareId)).toEqual(["s2"]);
});

it("a transfer takes the new owner out of all shares, and keeps what it says", () => {
  const kept = share("s4", { recipients: ["alice"] });
  const given = after(
    before,
    shared(share("s1", { recipients: ["bob"] })),
    shared(share("s2", { recipients: ["bob", "carol"] })),
    shared(share("s3", { link: true, openedBy: ["bob", "dave"] })),
    { case: "ownershipTransferred", value: { fromUserId: "alice", toUserId: "bob", kept } },
  );
  expect([given.session?.userId, given.session?.externalId]).toEqual(["bob", undefined]);
  expect(given.grants.map((grant) => [grant.share?.shareId, grant.share?.recipients])).toEqual([
    ["s2", ["carol"]],
    ["s3", []],
    ["s4", ["alice"]],
  ]);
  expect(given.grants[1]?.share?.openedBy).toEqual(["dave"]);
});

it("the index of shares changes where somebody is named anew, no longer, or for another time", () => {
  const one = share("s1", { recipients: ["bob", "Ann@Example.com"], groups: ["team"] });
  const both = after(before, shared(one));
  const names = (head: Head, next: Head) => {
    const { put = [], drop = [] } = changedShares(head, next) ?? {};
    return [put.map(({ name }) => name), drop.map(({ name }) => name)];
  };
  const all = ["u:bob", "u:Ann@Example.com", "e:ann@example.com", "g:team"];
  expect(names(before, both)).toEqual([all, []]);
  expect(changedShares(both, both)).toBeUndefined();
  const more = { ...one, permissions: Permission.EDIT };
  const edited = after(both, { case: "shareChanged", value: { share: more } });
  expect(changedShares(both, edited)).toBeUndefined();
  const over = { ...one, expiresAt: timestampFromDate(NOW) };
  const ending = after(both, { case: "shareChanged", value: { share: over } });
  expect(names(both, ending)).toEqual([all, []]);
  const gone = after(both, { case: "shareRevoked", value: { shareId: "s1" } });
  expect(names(both, gone)).toEqual([[], all]);
  expect(changedShares(before, before)).toBeUndefined();
});
