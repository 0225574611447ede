import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { SessionSchema, SessionType } from "../../gen/parley/v1/session_pb.js";
import {
  DEFAULT_RETENTION,
  isForgotten,
  keptMs,
  limitsArchives,
  type Retention,
  withPurgeTime,
} from "./retention.ts";

const { RESEARCH, ANALYSIS, UNSPECIFIED: CONVERSATION } = SessionType;
const EVER = Number.POSITIVE_INFINITY;

const RETENTION: Retention = {
  restoreWindowMs: 1000,
  others: { others: EVER, types: new Map([[RESEARCH, 500]]) },
  tenants: new Map([["brief", { others: 70, types: new Map([[CONVERSATION, 7]]) }]]),
};

it("is told by tenant and type; a tenant that is named has nothing of the others", () => {
  expect(keptMs(RETENTION, "any", RESEARCH)).toBe(500);
  expect(keptMs(RETENTION, "any", CONVERSATION)).toBe(EVER);
  expect(keptMs(RETENTION, "brief", CONVERSATION)).toBe(7);
  expect(keptMs(RETENTION, "brief", RESEARCH)).toBe(70);
  expect(keptMs(RETENTION, "brief", ANALYSIS)).toBe(70);
  expect(keptMs(DEFAULT_RETENTION, "any", RESEARCH)).toBe(EVER);
});

it("limits archives if any rule does", () => {
  expect(limitsArchives(RETENTION)).toBe(true);
  expect(limitsArchives({ ...RETENTION, others: RETENTION.tenants.get("brief")! })).toBe(true);
  expect(limitsArchives(DEFAULT_RETENTION)).toBe(false);
});

describe("a deleted session", () => {
  const now = (ms: number) => new Date(ms);
  const deleted = create(HeadSchema, { deletedAt: timestampFromMs(5000) });

  it("is forgotten when the window has passed", () => {
    expect(isForgotten(deleted, RETENTION, now(5999))).toBe(false);
    expect(isForgotten(deleted, RETENTION, now(6000))).toBe(true);
  });

  it("is not if it is none", () => {
    expect(isForgotten(create(HeadSchema, {}), RETENTION, now(9e12))).toBe(false);
  });
});

describe("an archived session", () => {
  const archived = create(SessionSchema, {
    tenantId: "brief",
    archivedAt: timestampFromMs(1000),
  });

  it("says when it is purged", () => {
    expect(timestampMs(withPurgeTime(archived, RETENTION).purgeAt!)).toBe(1007);
    expect(archived.purgeAt).toBeUndefined();
  });

  it("says nothing if it is kept, and a living one never does", () => {
    expect(withPurgeTime({ ...archived, tenantId: "any" }, RETENTION).purgeAt).toBeUndefined();
    const living = create(SessionSchema, { tenantId: "brief" });
    expect(withPurgeTime(living, RETENTION)).toBe(living);
  });
});
