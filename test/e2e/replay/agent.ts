import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { StateService } from "../../../gen/parley/v1/state_service_pb.js";
import { TurnService } from "../../../gen/parley/v1/turn_service_pb.js";
import { createGrpcClient } from "../../../src/client/grpc.ts";
import type { DraftMessage, RecordedDialogue } from "../../support/dialogues.ts";
import { type Exchange, exchangesOf, stepAfter, type ToolUse, variableOf } from "./exchanges.ts";

/** What an agent calls, on one server. */
export type Server = ReturnType<typeof serverAt>;

export function serverAt(url: string, user: string) {
  const target = new URL(url).host;
  const options = { metadata: { "x-user-id": user } };
  const clients = {
    sessions: createGrpcClient(SessionService, target, options),
    conversation: createGrpcClient(ConversationService, target, options),
    turns: createGrpcClient(TurnService, target, options),
    state: createGrpcClient(StateService, target, options),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.close();
    },
  };
}

/** The agent a session is of: the service its dialogue is about first. */
export function agentOf(record: RecordedDialogue): string {
  return record.turns[0]!.frames[0]!.service;
}

/** How an agent tells of tool calls: in messages as they come, or when it ends the turn. */
export type Telling = "in messages" | "at the end";

export function tellingOf(index: number): Telling {
  return index % 2 === 0 ? "in messages" : "at the end";
}

/** Plays a dialogue; each call goes to the next one of the servers. */
export async function play(
  record: RecordedDialogue,
  telling: Telling,
  servers: readonly Server[],
): Promise<void> {
  const sessionId = record.dialogue_id;
  let calls = 0;
  const next = () => servers[calls++ % servers.length]!;
  await next().sessions.createSession({ sessionId, agentId: agentOf(record) });
  const known = new Map<string, readonly string[]>();
  for (const exchange of exchangesOf(record)) {
    const begun = await next().turns.beginTurn({ sessionId, userMessage: exchange.user });
    const { turnId = "" } = begun.turn ?? {};
    if (telling === "in messages" && exchange.calls.length > 0) {
      const messages = exchange.calls.flatMap(toolMessages);
      await next().conversation.appendMessages({ sessionId, messages, turn: turnId });
    }
    await next().state.updateSessionState({ sessionId, ...learned(exchange, known) });
    const { number } = exchange;
    const turn = number % 2 === 0 ? turnId : String(number);
    await next().turns.endTurn({ sessionId, turn, ...ending(exchange, telling) });
  }
}

function toolMessages({ callId, name, input, output, success }: ToolUse): DraftMessage[] {
  const result = { callId, name, output: fromJson(ValueSchema, output), isError: !success };
  return [
    {
      role: Role.ASSISTANT,
      parts: [{ part: { case: "toolCall", value: { callId, name, input } } }],
    },
    { role: Role.TOOL, parts: [{ part: { case: "toolResult", value: result } }] },
  ];
}

/**
 * What an exchange tells the state: all slots of the services it was about, as the file repeats
 * them, and null for those that are no longer there.
 * @param known the slots of each service so far; brought up to date
 */
function learned(exchange: Exchange, known: Map<string, readonly string[]>) {
  const context: JsonObject = {};
  const variables: JsonObject = {};
  for (const { service, active_intent = "NONE", slot_values = {} } of exchange.understood) {
    context[service] = active_intent === "NONE" ? null : active_intent;
    for (const slot of known.get(service) ?? []) variables[variableOf(service, slot)] = null;
    for (const [slot, value] of Object.entries(slot_values)) {
      variables[variableOf(service, slot)] = value;
    }
    known.set(service, Object.keys(slot_values));
  }
  const rulesFired = exchange.calls.map(({ name }) => name);
  return { context, variables, rulesFired, scenario: stepAfter(exchange) ?? { scenarioId: "" } };
}

function ending({ number, system, calls }: Exchange, telling: Telling) {
  return {
    agentResponse: system,
    matchedRules: calls.map(({ name }) => ({ ruleId: name, score: 0.5 })),
    toolsCalled: calls.map(({ callId, name, input, output, success }, i) => ({
      ...{ callId, name, latencyMs: 10 * number + i },
      ...(telling === "at the end" && { input, output: fromJson(ValueSchema, output), success }),
    })),
    latencyMs: 100 * number,
    tokensUsed: system.length,
    outcome: "answered",
  };
}
