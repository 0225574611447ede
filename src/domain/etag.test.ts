import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { etagMatches, etagOf } from "./etag.ts";

const UID = "0192f0c1-2345-7678-9abc-def012345678";
const head = create(HeadSchema, { uid: UID, session: { stateVersion: 3, version: 9 } });

describe("etags", () => {
  it("name a state whatever was appended since", () => {
    expect(etagMatches(etagOf(UID, 3, 3), head)).toBe(true);
    expect(etagMatches(etagOf(UID, 3, 9), head)).toBe(true);
  });

  it("differ for another state and for another session of the same id", () => {
    expect(etagMatches(etagOf(UID, 2, 9), head)).toBe(false);
    expect(etagMatches(etagOf(UID.replace("def", "abc"), 3, 9), head)).toBe(false);
  });

  it("are read as If-Match writes them", () => {
    const tag = etagOf(UID, 3, 9);
    expect(etagMatches(`"${tag}"`, head)).toBe(true);
    expect(etagMatches(`W/"other", "${tag}"`, head)).toBe(true);
    expect(etagMatches("*", head)).toBe(true);
    expect(["", '""', "garbage", "3-9", '"3-9-'].filter((t) => etagMatches(t, head))).toEqual([]);
  });
});
