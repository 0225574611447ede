import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate, ValueSchema } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatMessageSchema } from "../../gen/parley/v1/derivation_service_pb.js";
import { SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { firstBytes, namedSessionId, openingOf, refreshed } from "./derivation.ts";
import type { Principal } from "./principal.ts";
import { EVERY_SCOPE } from "./scopes.ts";

const ALICE: Principal = {
  tenantId: "t",
  userId: "alice",
  roles: new Set(["user"]),
  scopes: EVERY_SCOPE,
  via: "dev",
};

function chat(...messages: [role: string, content?: JsonValue][]) {
  return messages.map(([role, content]) =>
    create(ChatMessageSchema, {
      role,
      ...(content === undefined ? {} : { content: fromJson(ValueSchema, content) }),
    }),
  );
}

function opening(...messages: [role: string, content?: JsonValue][]): string {
  return Buffer.from(openingOf(ALICE, chat(...messages))).toString("latin1");
}

describe("an opening", () => {
  it("is the first system and the first user message, whatever follows", () => {
    const first = opening(["system", "be kind"], ["user", "hi"]);
    expect(
      opening(
        ["assistant", "before"],
        ["system", "be kind"],
        ["user", "hi"],
        ["assistant", "hello"],
        ["user", "more"],
        ["system", "later"],
      ),
    ).toBe(first);
    expect(opening(["developer", "be kind"], ["user", "hi"])).toBe(first);
    expect(opening(["user", "hi"])).not.toBe(first);
    expect(opening(["system", "hi"])).not.toBe(opening(["user", "hi"]));
    expect(opening(["system", "be kindh"], ["user", "i"])).not.toBe(first);
  });

  it("is a text or the texts of parts", () => {
    const parts: JsonValue = [
      { type: "text", text: "one" },
      { type: "image_url", image_url: { url: "https://example.org/a.png" } },
      { type: "text", text: "two" },
      "no part",
      { type: "text", text: 3 },
    ];
    expect(opening(["user", parts])).toBe(opening(["user", "one\ntwo"]));
    expect(opening(["user", [{ type: "text", text: "hi" }]])).toBe(opening(["user", "hi"]));
    expect(opening(["user", null])).toBe(opening(["user"]));
  });

  it("ends after 200 bytes of the one and 100 of the other", () => {
    const [system, user] = ["s".repeat(200), "u".repeat(100)];
    const first = opening(["system", system], ["user", user]);
    expect(opening(["system", `${system}x`], ["user", `${user}x`])).toBe(first);
    expect(opening(["system", system.slice(1)], ["user", user])).not.toBe(first);
    expect(opening(["system", system], ["user", user.slice(1)])).not.toBe(first);
  });

  it("is another one for another user, and for the same name in another tenant", () => {
    const messages = chat(["user", "hi"]);
    const owners = [ALICE, { ...ALICE, userId: "bob" }, { ...ALICE, tenantId: "other" }];
    // Where one name ends and the next begins makes a difference.
    owners.push({ ...ALICE, tenantId: "tal", userId: "ice" });
    owners.push({ ...ALICE, tenantId: "t", userId: "alice\0" });
    const openings = owners.map((owner) => Buffer.from(openingOf(owner, messages)).toString("hex"));
    expect(new Set(openings).size).toBe(owners.length);
  });

  it.each([
    ["messages", []],
    ["messages", [["assistant", "hi"]]],
    ["messages[0].content", [["user", 7]]],
    [
      "messages[1].content",
      [
        ["assistant", 7],
        ["user", { text: "hi" }],
      ],
    ],
  ] as [string, [string, JsonValue][]][])("that is none is refused: %s", (field, messages) => {
    expect(() => opening(...messages)).toThrow(
      expect.objectContaining({
        reason: "invalid_argument",
        violations: [{ field, description: expect.any(String) }],
      }),
    );
  });
});

describe("the first bytes of a text", () => {
  it("are whole characters, as many as fit", () => {
    const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    for (const character of ["a", "ä", "€", "😀"]) {
      for (const lead of ["", "x", "xx", "xxx"]) {
        const whole = lead + character.repeat(60);
        const cut = text(firstBytes(whole, 100));
        expect(whole.startsWith(cut)).toBe(true);
        const next = [...whole.slice(cut.length)][0] ?? "";
        const size = Buffer.byteLength(cut);
        expect(size).toBeLessThanOrEqual(100);
        expect(next === "" || size + Buffer.byteLength(next) > 100).toBe(true);
      }
    }
  });

  it("are those of any text, however long", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.nat(120), (text, most) => {
        const cut = Buffer.from(firstBytes(text, most)).toString("utf8");
        return (
          (text.startsWith(cut) &&
            Buffer.byteLength(cut) <= most &&
            most - Buffer.byteLength(cut) < 4) ||
          (Buffer.byteLength(text) <= most && cut === text)
        );
      }),
    );
  });
});

describe("the id a request names", () => {
  it("is the field's or the header's", () => {
    expect(namedSessionId("a", null)).toBe("a");
    expect(namedSessionId("", "b")).toBe("b");
    expect(namedSessionId("a", "a")).toBe("a");
    expect(namedSessionId("a", "")).toBe("a");
    expect(namedSessionId("", null)).toBeUndefined();
    expect(namedSessionId("", "")).toBeUndefined();
  });

  it.each([
    ["a", "b", "session_id"],
    ["a b", null, "session_id"],
    ["", "latest", "X-Session-ID"],
    ["", "a, a", "X-Session-ID"],
    ["", "x".repeat(129), "X-Session-ID"],
  ])("is refused: %j and %j", (given, header, field) => {
    expect(() => namedSessionId(given, header)).toThrow(
      expect.objectContaining({ violations: [{ field, description: expect.any(String) }] }),
    );
  });
});

describe("a use", () => {
  const now = new Date("2026-01-02T00:00:00Z");
  const HOUR = 3_600_000;
  const left = (ms: number, ttl: number) =>
    create(SessionSchema, {
      ttl: durationFromMs(ttl),
      expiresAt: timestampFromDate(new Date(now.getTime() + ms)),
    });

  it("is written when it gains an hour, and not before", () => {
    const due = { expiresAt: new Date(now.getTime() + 24 * HOUR), ttlMs: 24 * HOUR };
    expect(refreshed(left(24 * HOUR, 24 * HOUR), now)).toBeUndefined();
    expect(refreshed(left(23 * HOUR + 1, 24 * HOUR), now)).toBeUndefined();
    expect(refreshed(left(23 * HOUR, 24 * HOUR), now)).toEqual(due);
    expect(refreshed(left(1, 24 * HOUR), now)).toEqual(due);
  });

  it("is written sooner where the whole lifetime is short", () => {
    expect(refreshed(left(58_000, 60_000), now)).toBeUndefined();
    expect(refreshed(left(57_000, 60_000), now)?.ttlMs).toBe(60_000);
  });

  it("never shortens a lifetime", () => {
    expect(refreshed(left(90 * 24 * HOUR, 24 * HOUR), now)).toBeUndefined();
  });
});
