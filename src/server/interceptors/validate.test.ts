import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { file_buf_validate_validate as theirs } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { describe, expect, it } from "vitest";
import { file_buf_validate_validate as ours } from "../../../gen/buf/validate/validate_pb.js";
import { GetArchivedSessionRequestSchema } from "../../../gen/parley/v1/archive_service_pb.js";
import { AppendMessagesRequestSchema } from "../../../gen/parley/v1/conversation_commands_pb.js";
import { CreateSessionRequestSchema } from "../../../gen/parley/v1/session_commands_pb.js";
import { ParleyError } from "../../domain/errors.ts";
import { hasRules } from "./rules.ts";
import { RequestRules } from "./validate.ts";

const rules = new RequestRules();

// biome-ignore lint/suspicious/noExplicitAny: any generated message will do.
function violations(desc: GenMessage<any>, json: JsonValue) {
  try {
    rules.check(desc, fromJson(desc, json));
  } catch (error) {
    if (error instanceof ParleyError) return error.violations;
    throw error;
  }
  return [];
}

const message = (json: JsonValue) => violations(AppendMessagesRequestSchema, { messages: [json] });
const session = (json: JsonValue) => violations(CreateSessionRequestSchema, json);

describe("a request that breaks", () => {
  it("nothing passes", () => {
    expect(message({ role: "ROLE_USER", content: "hi" })).toEqual([]);
    expect(session({})).toEqual([]);
  });

  it("a CEL rule is told in the rule's words", () => {
    expect(message({ role: "ROLE_USER" })).toEqual([
      { field: "messages[0]", description: "a message needs content or parts" },
    ]);
    expect(session({ ttl: "5s", ttlSeconds: 5 })).toEqual([
      { field: "", description: "ttl and ttl_seconds say the same thing: give one" },
    ]);
  });

  it.each<{ content: string } | { role: number; content: string }>([
    { content: "x" },
    { role: 99, content: "x" },
  ])("an enum, %j, is told the names", (json: JsonValue) => {
    const description = "must be one of user, assistant, system, tool";
    expect(message(json)).toEqual([{ field: "messages[0].role", description }]);
  });

  it("a required oneof is told its members", () => {
    expect(message({ role: "ROLE_USER", parts: [{ text: "" }, {}] })).toEqual([
      {
        field: "messages[0].parts[1]",
        description: "needs one of text, file, tool_call, tool_result, data",
      },
    ]);
  });

  it("lengths and bounds is told them", () => {
    expect(violations(AppendMessagesRequestSchema, {})).toEqual([
      { field: "messages", description: "must not be empty" },
    ]);
    expect(session({ agentId: "", requestId: "é".repeat(128) })).toEqual([
      { field: "agent_id", description: "must not be empty" },
      { field: "request_id", description: "must be at most 255 bytes" },
    ]);
    expect(session({ ttlSeconds: 0 })).toMatchObject([{ field: "ttl_seconds" }]);
    expect(session({ ttl: "0.5s" })).toMatchObject([{ field: "ttl" }]);
    expect(session({ labels: { "": "x" } })).toEqual([
      { field: 'labels[""]', description: "a key must not be empty" },
    ]);
  });
});

describe("the rules declared here have the names, numbers and kinds that protovalidate reads", () => {
  it.each(ours.messages.map(({ typeName, fields }) => [typeName, fields] as const))(
    "%s",
    (typeName, fields) => {
      const known = theirs.messages.find((each) => each.typeName === typeName)?.fields ?? [];
      for (const { name, number, fieldKind, proto } of fields) {
        const field = known.find((each) => each.number === number);
        expect(field).toMatchObject({ name, fieldKind, proto: { type: proto.type } });
      }
      expect(fields).not.toHaveLength(0);
    },
  );

  it.each(ours.extensions.map((each) => [each.typeName, each] as const))("%s", (_name, each) => {
    const known = theirs.extensions.find(({ typeName }) => typeName === each.typeName);
    expect(known?.number).toBe(each.number);
    expect(known?.extendee.typeName).toBe(each.extendee.typeName);
    expect(known?.message?.typeName).toBe(each.message?.typeName);
  });
});

it("sums up the first violation and counts the others", () => {
  const json = { messages: [{}, {}] };
  expect(() =>
    rules.check(AppendMessagesRequestSchema, fromJson(AppendMessagesRequestSchema, json)),
  ).toThrow(/^messages\[0\]\.role: must be one of .* \(and 3 more\)$/);
});

it("knows which messages have no rules", () => {
  expect(hasRules(CreateSessionRequestSchema)).toBe(true);
  expect(hasRules(GetArchivedSessionRequestSchema)).toBe(false);
});
