import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { encodeState } from "../head.ts";
import { DecodedStates } from "./decoded-states.ts";

const encoded = (title: string) =>
  encodeState(create(HeadSchema, { uid: "u", session: { sessionId: "s", title } }));

describe("decoded states", () => {
  it("decode the same bytes of a session once", () => {
    const states = new DecodedStates();
    const head = states.decode("u", encoded("one"));
    expect(head.session?.title).toBe("one");
    expect(states.decode("u", encoded("one"))).toBe(head);
    expect(states.decode("other", encoded("one"))).not.toBe(head);
  });

  it("decode anew what is stored now", () => {
    const states = new DecodedStates();
    states.decode("u", encoded("one"));
    expect(states.decode("u", encoded("two")).session?.title).toBe("two");
    expect(states.decode("u", encoded("one")).session?.title).toBe("one");
  });

  it("throw at what cannot be decoded, every time", () => {
    const states = new DecodedStates();
    states.decode("u", encoded("one"));
    const broken = Buffer.from([0x0a, 0xff]);
    for (const _ of [1, 2]) expect(() => states.decode("u", broken)).toThrow();
  });

  it("let the one go that was not used for longest", () => {
    const states = new DecodedStates(3 * 512 + 3 * encoded("x").length);
    const [a, b] = ["a", "b", "c"].map((uid) => states.decode(uid, encoded("x")));
    expect(states.decode("a", encoded("x"))).toBe(a);
    states.decode("d", encoded("x"));
    expect(states.decode("a", encoded("x"))).toBe(a);
    expect(states.decode("b", encoded("x"))).not.toBe(b);
  });

  it("hold nothing that is larger than all they may hold", () => {
    const states = new DecodedStates(1024);
    const small = states.decode("a", encoded("x"));
    const large = states.decode("b", encoded("x".repeat(2000)));
    expect(states.decode("b", encoded("x".repeat(2000)))).not.toBe(large);
    expect(states.decode("a", encoded("x"))).not.toBe(small);
  });
});
