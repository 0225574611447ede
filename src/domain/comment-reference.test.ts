import { expect, it } from "vitest";
import { pointOf, referenceOf } from "./comment-reference.ts";

it.each([
  ["seq:12", "seq", 12],
  ["seq:0", "seq", 0],
  ["turn:3", "turn", 3],
  ["turn:9999999999", "turn", 9_999_999_999],
  [
    "message:0192f000-0000-7000-8000-000000000001",
    "messageId",
    "0192f000-0000-7000-8000-000000000001",
  ],
  ["message:x", "messageId", "x"],
  ["the second half", "text", "the second half"],
  ["seq:012", "text", "seq:012"],
  ["seq:", "text", "seq:"],
  ["seq:-1", "text", "seq:-1"],
  ["seq: 12", "text", "seq: 12"],
  ["Turn:3", "text", "Turn:3"],
  ["turn:3\n", "text", "turn:3\n"],
  ["message:two words", "text", "message:two words"],
  [" ", "text", " "],
])("%j refers to a %s, and reads like that again", (point, name, value) => {
  const reference = referenceOf(point);
  expect(reference?.target).toEqual({ case: name, value });
  expect(pointOf(reference)).toBe(point);
});

it("is nothing where there is no text", () => {
  expect(referenceOf("")).toBeUndefined();
  expect(pointOf(undefined)).toBeUndefined();
});
