import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { Permission } from "../../gen/parley/v1/share_pb.js";
import { admit, admitDeleted } from "./access.ts";
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
