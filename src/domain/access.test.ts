import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { GrantSchema, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { Permission, ShareSchema } from "../../gen/parley/v1/share_pb.js";
import { accessOf, admit, admitArchived, admitDeleted } from "./access.ts";
import type { Principal } from "./principal.ts";
import { EVERY_SCOPE } from "./scopes.ts";

const NOW = new Date("2026-01-02T00:00:00Z");
const alice: Principal = {
  tenantId: "t",
  userId: "alice",
  roles: new Set(["user"]),
  scopes: EVERY_SCOPE,
  via: "dev",
};

function head(over: { deleted?: boolean; expires?: string } = {}) {
  return create(HeadSchema, {
    uid: "u",
    session: {
      tenantId: "t",
      userId: "alice",
      expiresAt: timestampFromDate(new Date(over.expires ?? "2026-02-01T00:00:00Z")),
    },
    ...(over.deleted ? { deletedAt: timestampFromDate(NOW) } : {}),
  });
}

function reasonOf(run: () => unknown): unknown {
  try {
    run();
    return "admitted";
  } catch (error) {
    return Reflect.get(error as object, "reason");
  }
}

describe("admit", () => {
  const bob = { ...alice, userId: "bob" };
  const stranger = { ...alice, tenantId: "other" };
  it.each([
    ["the owner", head(), alice, "admitted"],
    ["another user", head(), bob, "session_not_found"],
    ["the same user id of another tenant", head(), stranger, "session_not_found"],
    ["nobody's", undefined, alice, "session_not_found"],
    ["the owner of a deleted one", head({ deleted: true }), alice, "session_not_found"],
    [
      "the owner of an expired one",
      head({ expires: "2026-01-02T00:00:00Z" }),
      alice,
      "session_expired",
    ],
    [
      "another user of an expired one",
      head({ expires: "2026-01-01T00:00:00Z" }),
      bob,
      "session_not_found",
    ],
  ] as const)("%s", (_, found, principal, expected) => {
    expect(reasonOf(() => admit(found, principal, NOW, Permission.VIEW))).toBe(expected);
  });

  it("lets only the owner at a deleted session", () => {
    expect(reasonOf(() => admitDeleted(head({ deleted: true }), alice, NOW))).toBe("admitted");
    expect(reasonOf(() => admitDeleted(head({ deleted: true }), bob, NOW))).toBe(
      "session_not_found",
    );
  });
});

describe("what a caller may do", () => {
  const { VIEW, EDIT, COLLABORATE, OWN, UNSPECIFIED } = Permission;
  const bob = { ...alice, userId: "bob" };
  const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  const granted = (...shares: MessageInitShape<typeof ShareSchema>[]) => {
    const found = head();
    found.grants = shares.map((share) =>
      create(GrantSchema, { share: create(ShareSchema, share) }),
    );
    return found;
  };
  const to = (permissions: Permission, ends?: number) => ({
    permissions,
    recipients: ["bob"],
    ...(ends !== undefined && { expiresAt: timestampFromDate(at(ends)) }),
  });
  const SESSION_END = Date.parse("2026-02-01T00:00:00Z");

  it.each([
    ["everything, as its owner", granted(to(VIEW)), alice, OWN, SESSION_END],
    ["nothing without a share", granted(), bob, UNSPECIFIED, 0],
    ["nothing in another tenant", granted(to(EDIT)), { ...bob, tenantId: "x" }, UNSPECIFIED, 0],
    ["what a share says", granted(to(EDIT)), bob, EDIT, SESSION_END],
    ["the most of several", granted(to(VIEW), to(COLLABORATE, 60)), bob, COLLABORATE, +at(60)],
    ["the longest of equals", granted(to(VIEW, 60), to(VIEW, 90)), bob, VIEW, +at(90)],
    ["nothing of a share that is over", granted(to(EDIT, 0)), bob, UNSPECIFIED, 0],
    ["the rest when the most is over", granted(to(EDIT, -1), to(VIEW)), bob, VIEW, SESSION_END],
    [
      "by a group",
      granted({ permissions: EDIT, groups: ["team"] }),
      inTeam(bob),
      EDIT,
      SESSION_END,
    ],
    [
      "by a verified address in any case",
      granted({ permissions: VIEW, recipients: ["Bob@Example.com"] }),
      { ...bob, email: "bob@example.COM" },
      VIEW,
      SESSION_END,
    ],
    [
      "by an id that looks like an address, as it is written",
      granted({ permissions: VIEW, recipients: ["bob@example.com"] }),
      { ...bob, userId: "bob@example.com" },
      VIEW,
      SESSION_END,
    ],
    [
      "not by an address that is somebody's id in another case",
      granted({ permissions: VIEW, recipients: ["Bob@example.com"] }),
      { ...bob, userId: "bob@example.com" },
      UNSPECIFIED,
      0,
    ],
    [
      "not as a group of the same name",
      granted({ permissions: VIEW, groups: ["bob"] }),
      bob,
      UNSPECIFIED,
      0,
    ],
    [
      "by a link it has opened",
      granted({ permissions: EDIT, link: true, openedBy: ["bob"] }),
      bob,
      EDIT,
      SESSION_END,
    ],
    ["not by a link it has not", granted({ permissions: EDIT, link: true }), bob, UNSPECIFIED, 0],
  ] as const)("is %s", (_, found, principal, permission, until) => {
    expect(accessOf(found, principal, NOW)).toEqual({ permission, until });
  });

  it("is asked for by every gate", () => {
    const found = granted(to(EDIT));
    expect(reasonOf(() => admit(found, bob, NOW, EDIT))).toBe("admitted");
    expect(reasonOf(() => admit(found, bob, NOW, COLLABORATE))).toBe("session_not_accessible");
    expect(reasonOf(() => admitDeleted(found, bob, NOW))).toBe("session_not_accessible");
    found.deletedAt = timestampFromDate(NOW);
    expect(reasonOf(() => admit(found, bob, NOW, VIEW))).toBe("session_not_found");
    expect(reasonOf(() => admitDeleted(found, bob, NOW))).toBe("session_not_found");
  });

  it("ends with the session, which nobody but its owner learns of", () => {
    const found = granted(to(COLLABORATE));
    const end = new Date(SESSION_END);
    expect(reasonOf(() => admit(found, bob, end, VIEW))).toBe("session_not_found");
    expect(reasonOf(() => admit(found, alice, end, VIEW))).toBe("session_expired");
    expect(reasonOf(() => admitArchived(found, bob, end))).toBe("session_not_found");
    expect(reasonOf(() => admitArchived(found, alice, end))).toBe("admitted");
  });

  function inTeam(principal: Principal): Principal {
    return { ...principal, groups: new Set(["others", "team"]) };
  }
});
