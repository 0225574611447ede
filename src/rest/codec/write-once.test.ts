import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { writeFrozenOnce, writeOnce } from "./write-once.ts";

test("a message is written once, another one like it again", () => {
  let written = 0;
  const write = writeOnce(() => `text ${++written}`);
  const [one, other] = [create(EmptySchema), create(EmptySchema)];
  expect([one, other, one, other, one].map(write)).toEqual([
    "text 1",
    "text 2",
    "text 1",
    "text 2",
    "text 1",
  ]);
});

test("a frozen value is written once, another each time", () => {
  let written = 0;
  const write = writeFrozenOnce(() => `text ${++written}`);
  const frozen = Object.freeze(create(EmptySchema));
  const open = create(EmptySchema);
  expect([frozen, open, frozen, open].map(write)).toEqual(["text 1", "text 2", "text 1", "text 3"]);
});
