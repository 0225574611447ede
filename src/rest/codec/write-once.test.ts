import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { writeOnce } from "./write-once.ts";

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
