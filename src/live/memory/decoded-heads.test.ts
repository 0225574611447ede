import { clone, create, equals, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { DecodedHeads } from "./decoded-heads.ts";

const head = create(HeadSchema, {
  uid: "u",
  session: { sessionId: "s", context: { list: [{ a: 1 }] }, createdAt: { seconds: 5n } },
});
const encoded = () => toBinary(HeadSchema, head);

describe("DecodedHeads", () => {
  it("decodes a head once", () => {
    const heads = new DecodedHeads(1000);
    const blob = encoded();
    expect(equals(HeadSchema, heads.of(blob), head)).toBe(true);
    expect(heads.of(blob)).toBe(heads.of(blob));
    expect(heads.of(encoded())).not.toBe(heads.of(blob));
  });

  it("gives what nobody can change, and what can be copied", () => {
    const found = new DecodedHeads(1000).of(encoded());
    const { session } = found;
    for (const object of [found, session, session?.createdAt, session?.context]) {
      expect(Object.isFrozen(object)).toBe(true);
    }
    expect(() => {
      session!.title = "changed";
    }).toThrow(TypeError);
    const list = session?.context?.list;
    expect(() => Array.isArray(list) && list.push(2)).toThrow(TypeError);
    const copy = clone(HeadSchema, found);
    copy.session!.title = "changed";
    expect(copy.session?.title).toBe("changed");
  });

  it("drops the oldest when there are too many bytes", () => {
    const heads = new DecodedHeads(2 * encoded().length);
    const [first, second, third] = [encoded(), encoded(), encoded()] as const;
    const [one, two, three] = [heads.of(first), heads.of(second), heads.of(third)];
    expect(heads.of(third)).toBe(three);
    expect(heads.of(second)).toBe(two);
    expect(heads.of(first)).not.toBe(one);
    heads.clear();
    expect(heads.of(third)).not.toBe(three);
  });
});
