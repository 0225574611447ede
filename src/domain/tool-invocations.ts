import { create } from "@bufbuild/protobuf";
import type { Message, ToolCall, ToolResult } from "../../gen/parley/v1/message_pb.js";
import { type ToolInvocation, ToolInvocationSchema } from "../../gen/parley/v1/tool_pb.js";

/**
 * The tool calls of a turn in order: those that its messages tell of, each with
 * its result, completed and followed by what its end told of.
 */
export function toolInvocations(
  messages: readonly Message[],
  reported: readonly ToolInvocation[],
): ToolInvocation[] {
  const invocations: ToolInvocation[] = [];
  for (const { part } of messages.flatMap((m) => m.parts)) {
    if (part.case === "toolCall") invocations.push(invocationOf(part.value));
    else if (part.case === "toolResult") answer(invocations, part.value);
  }
  for (const report of reported) {
    const told = invocations.find(({ callId }) => callId !== "" && callId === report.callId);
    if (told === undefined) invocations.push(report);
    else complete(told, report);
  }
  return invocations;
}

function invocationOf({ callId, name, input }: ToolCall): ToolInvocation {
  return create(ToolInvocationSchema, { callId, name, input });
}

/** A result belongs to the first call of its id that has none; without an id, of its name. */
function answer(invocations: readonly ToolInvocation[], result: ToolResult): void {
  const call = invocations.find(
    ({ callId, name, success }) =>
      success === undefined && callId === result.callId && (callId !== "" || name === result.name),
  );
  if (call !== undefined) {
    Object.assign(call, { output: result.output, success: !result.isError });
  }
}

/** What the messages told stands; the report fills in what they did not. */
function complete(told: ToolInvocation, { input, output, success, latencyMs }: ToolInvocation) {
  Object.assign(told, {
    input: told.input ?? input,
    output: told.output ?? output,
    success: told.success ?? success,
    latencyMs,
  });
}
