import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { UpdateSessionRequestSchema } from "../../gen/parley/v1/session_commands_pb.js";
import type { SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { applyPatch, patchOf } from "./session-update.ts";

const NOW = new Date("2026-01-02T00:00:00Z");

function head(session: MessageInitShape<typeof SessionSchema>) {
  const expiresAt = timestampFromDate(new Date("2026-02-01T00:00:00Z"));
  return create(HeadSchema, { uid: "u", session: { expiresAt, ...session } });
}

function update(
  session: MessageInitShape<typeof SessionSchema>,
  request: MessageInitShape<typeof UpdateSessionRequestSchema>,
) {
  const patch = patchOf(create(UpdateSessionRequestSchema, request));
  const result = applyPatch(head(session), patch, NOW);
  return result && { ...result.head.session, fields: result.fields };
}

describe("an update", () => {
  it("merges the context per top-level key; null deletes a key", () => {
    const context = { keep: 1, drop: 2, deep: { a: 1, b: 2 } };
    const given = { drop: null, deep: { c: 3 }, fresh: "x" };
    expect(update({ context }, { context: given })).toMatchObject({
      context: { keep: 1, deep: { c: 3 }, fresh: "x" },
      fields: ["context"],
    });
  });

  it("replaces what a mask names and clears what is named but not given", () => {
    const mask = { paths: ["context", "title", "labels"] };
    const after = update(
      { title: "T", context: { a: 1 }, labels: { x: "1" } },
      { context: { b: 2 }, updateMask: mask },
    );
    expect(after).toMatchObject({
      context: { b: 2 },
      labels: {},
      fields: ["title", "context", "labels"],
    });
    expect(after?.title).toBeUndefined();
  });

  it("sets where it is talked in and how much of it is read, and clears what a mask names", () => {
    const facts = { channel: "web", userChannelId: "+1", configVersion: "7", maxHistory: 20 };
    expect(update({}, facts)).toMatchObject({
      ...facts,
      fields: ["channel", "user_channel_id", "config_version", "max_history"],
    });
    expect(update(facts, facts)).toBeUndefined();
    const cleared = update(facts, { updateMask: { paths: ["max_history", "channel"] } });
    expect(cleared?.fields).toEqual(["channel", "max_history"]);
    expect(cleared).toMatchObject({ userChannelId: "+1", configVersion: "7" });
    expect(cleared?.maxHistory ?? cleared?.channel).toBeUndefined();
  });

  it("sets a budget as one thing, and clears it where a mask names it", () => {
    const budget = { maxCost: 2, maxTokens: 5n };
    expect(update({}, { budget })).toMatchObject({ budget, fields: ["budget"] });
    expect(update({ budget }, { budget: { ...budget } })).toBeUndefined();
    const tokens = update({ budget }, { budget: { maxTokens: 6n } });
    expect([tokens?.budget?.maxCost, tokens?.budget?.maxTokens]).toEqual([undefined, 6n]);
    const updateMask = { paths: ["budget"] };
    expect(update({ budget }, { updateMask })?.budget).toBeUndefined();
    expect(update({ budget }, { updateMask })?.fields).toEqual(["budget"]);
    expect(update({}, { updateMask })).toBeUndefined();
    expect(() => update({}, { budget: { maxCost: 1e-7 } })).toThrow(/budget\.max_cost/);
  });

  it("sets and deletes labels one by one", () => {
    expect(update({ labels: { a: "1", b: "2" } }, { labels: { b: "", c: "3" } })?.labels).toEqual({
      a: "1",
      c: "3",
    });
  });

  it("extends the lifetime and never shortens it", () => {
    expect(update({}, { ttlSeconds: 60 })).toBeUndefined();
    const year = update({}, { ttlSeconds: 365 * 86_400 });
    expect(year?.expiresAt).toEqual(timestampFromDate(new Date("2027-01-02T00:00:00Z")));
    expect(year?.fields).toEqual(["expires_at"]);
  });

  it("is nothing when nothing changes", () => {
    expect(update({ title: "T" }, { title: " T " })).toBeUndefined();
    expect(update({ title: "T" }, {})).toBeUndefined();
  });

  it("leaves the head it was made from alone", () => {
    const before = head({ context: { a: 1 } });
    applyPatch(before, patchOf(create(UpdateSessionRequestSchema, { context: { a: 2 } })), NOW);
    expect(before.session?.context).toEqual({ a: 1 });
  });

  it("refuses a mask of unknown fields and a context that grew too large", () => {
    expect(() => update({}, { updateMask: { paths: ["status"] } })).toThrow(/no field to update/);
    expect(() => update({}, { context: { big: "x".repeat(262_145) } })).toThrow(
      expect.objectContaining({ reason: "payload_too_large" }),
    );
  });

  it("keeps a key called __proto__ as data", () => {
    const context = JSON.parse('{"__proto__":{"polluted":true}}');
    const after = update({}, { context })?.context;
    expect(JSON.stringify(after)).toBe('{"__proto__":{"polluted":true}}');
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
