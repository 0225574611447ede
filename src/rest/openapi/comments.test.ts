import { create } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { readComments } from "./comments.ts";

test("comments are found by the full name of what they stand before", () => {
  const comments: [number[], string][] = [
    [[4, 0], " A message.\n"],
    [[4, 0, 2, 0], " A field.\n"],
    [[4, 0, 8, 0], " A oneof.\n"],
    [[4, 0, 3, 0], " A nested message.\n"],
    [[4, 0, 3, 0, 2, 1], " A field of it.\n"],
    [[4, 0, 4, 0, 2, 0], " A nested value.\n"],
    [[5, 0], " An enum.\n"],
    [[5, 0, 2, 0], " A value.\n"],
    [[6, 0], " A service.\n"],
    [[6, 0, 2, 0], " A method.\n"],
    [[6, 0, 2, 0, 1], " Not the method's own.\n"],
    [[4, 0, 2, 1], ""],
  ];
  const file = {
    package: "a.b",
    messageType: [
      {
        name: "M",
        field: [{ name: "f" }, { name: "silent" }],
        oneofDecl: [{ name: "o" }],
        nestedType: [{ name: "N", field: [{ name: "x" }, { name: "y" }] }],
        enumType: [{ name: "E", value: [{ name: "E_ONE" }] }],
      },
    ],
    enumType: [{ name: "F", value: [{ name: "F_ONE" }] }],
    service: [{ name: "S", method: [{ name: "Do" }] }],
    sourceCodeInfo: {
      location: comments.map(([path, leadingComments]) => ({ path, leadingComments })),
    },
  };
  const bare = { messageType: [{ name: "Root" }] };
  const set = create(FileDescriptorSetSchema, { file: [file, bare] });
  expect([...readComments(set)]).toEqual([
    ["a.b.M", "A message."],
    ["a.b.M.f", "A field."],
    ["a.b.M.o", "A oneof."],
    ["a.b.M.N", "A nested message."],
    ["a.b.M.N.y", "A field of it."],
    ["a.b.M.E.E_ONE", "A nested value."],
    ["a.b.F", "An enum."],
    ["a.b.F.F_ONE", "A value."],
    ["a.b.S", "A service."],
    ["a.b.S.Do", "A method."],
  ]);
});

test("lines of a paragraph are joined, those of lists are not", () => {
  const leadingComments = " One\n two.\n\n Three:\n - a\n - b\n   c\n 1. d\n\n Four.\n";
  const set = create(FileDescriptorSetSchema, {
    file: [
      {
        messageType: [{ name: "M" }],
        sourceCodeInfo: { location: [{ path: [4, 0], leadingComments }] },
      },
    ],
  });
  expect(readComments(set).get("M")).toBe("One two.\n\nThree:\n- a\n- b\n  c\n1. d\n\nFour.");
});
