import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema } from "../../gen/parley/v1/event_pb.js";
import { ForkSessionRequestSchema } from "../../gen/parley/v1/session_lifetime_pb.js";
import { SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { forkedHead, forkedPayload, forkPlace, forkWishOf, MAX_FORK_EVENTS } from "./fork.ts";
import type { Principal } from "./principal.ts";
import { EVERY_SCOPE } from "./scopes.ts";
import { DEFAULT_TTL_MS } from "./session.ts";

const ALICE: Principal = {
  tenantId: "t",
  userId: "alice",
  roles: new Set(["user"]),
  scopes: EVERY_SCOPE,
  via: "dev",
};
const NOW = new Date("2026-01-02T00:00:00Z");

function wish(request: Parameters<typeof create<typeof ForkSessionRequestSchema>>[1] = {}) {
  return forkWishOf(create(ForkSessionRequestSchema, request));
}

function forked(original: Parameters<typeof create<typeof SessionSchema>>[1], asked = wish()) {
  const session = {
    sessionId: "s",
    tenantId: "t",
    userId: "owner",
    createdBy: "owner",
    ...original,
  };
  const head = create(HeadSchema, { uid: "old", rewriteSeq: 5, session });
  const identity = { uid: "new", sessionId: "f", now: NOW };
  const payload = forkedPayload(head, 7, asked, ALICE, identity);
  const draft = { eventId: "e", at: NOW, actor: create(ActorSchema), payload };
  return forkedHead(head, "new", draft).head;
}

describe("a fork", () => {
  it("is its maker's, begins now, and names what it was", () => {
    const head = forked({ title: "T", context: { a: 1 }, externalId: "ext", agentId: "agent" });
    expect(head).toMatchObject({
      uid: "new",
      rewriteSeq: 0,
      session: {
        sessionId: "f",
        tenantId: "t",
        userId: "alice",
        createdBy: "alice",
        title: "T",
        agentId: "agent",
        context: { a: 1 },
        createdAt: timestampFromDate(NOW),
        origin: { sessionId: "s", seq: 7 },
      },
    });
    expect(head.session?.externalId).toBeUndefined();
  });

  it.each([
    [
      "as long as was asked for",
      5000,
      { ttl: durationFromMs(9000) },
      { ttl: durationFromMs(5000) },
    ],
    ["as the original from its creation", 9000, { ttl: durationFromMs(9000) }, {}],
    ["as any other where the original says nothing", DEFAULT_TTL_MS, {}, {}],
  ])("lives %s", (_, ttl, original, request) => {
    const { session } = forked(original, wish(request));
    expect(session?.ttl).toEqual(durationFromMs(ttl));
    expect(session?.expiresAt).toEqual(timestampFromDate(new Date(NOW.getTime() + ttl)));
  });

  it("has the title that was asked for, cleaned", () => {
    expect(forked({ title: "T" }, wish({ title: " \u200bN " })).session?.title).toBe("N");
    expect(() => wish({ title: " " })).toThrow("title");
  });

  it("is refused an id that is none", () => {
    expect(() => wish({ newSessionId: "a b" })).toThrow("new_session_id");
    expect(() => wish({ newSessionId: "latest" })).toThrow("new_session_id");
  });
});

describe("the place of a fork", () => {
  const of = (version: number) => create(SessionSchema, { version });

  it("is the one that was asked for, else the last", () => {
    expect(forkPlace(of(9), 3)).toBe(3);
    expect(forkPlace(of(9), 9)).toBe(9);
    expect(forkPlace(of(9), undefined)).toBe(9);
  });

  it("is within the log", () => {
    expect(() => forkPlace(of(9), 10)).toThrow(
      expect.objectContaining({ reason: "invalid_argument" }),
    );
  });

  it("has no more than 100,000 events before it", () => {
    expect(forkPlace(of(MAX_FORK_EVENTS + 1), MAX_FORK_EVENTS)).toBe(100_000);
    expect(() => forkPlace(of(MAX_FORK_EVENTS + 1), undefined)).toThrow(
      expect.objectContaining({ reason: "payload_too_large" }),
    );
  });
});
