import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { fromJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { type NewMessageSchema, Role } from "../../gen/parley/v1/message_pb.js";

/** Real dialogues, where the folder beside the checkout has them. */
const FILE = fileURLToPath(new URL("../../../shared/data/sgd-dialogues.jsonl", import.meta.url));

export type DraftMessage = MessageInitShape<typeof NewMessageSchema>;

/** A dialogue as a session would hold it: each entry is one append. */
export interface Dialogue {
  readonly id: string;
  readonly appends: readonly (readonly DraftMessage[])[];
}

interface Frame {
  service: string;
  service_call?: { method: string; parameters: JsonObject };
  service_results?: JsonValue[];
}

interface Line {
  dialogue_id: string;
  turns: { speaker: "user" | "system"; utterance: string; frames: Frame[] }[];
}

/** True if the real dialogues are at hand; tests that need them are left out elsewhere. */
export const haveRealDialogues = existsSync(FILE);

export function realDialogues(): Dialogue[] {
  const lines = readFileSync(FILE, "utf8").trim().split("\n");
  return lines.map((line) => dialogueOf(JSON.parse(line)));
}

/** Dialogues of our own making, for machines without the real ones. */
export function madeDialogues(count: number): Dialogue[] {
  return Array.from({ length: count }, (_, d) => ({
    id: `made_${d}`,
    appends: Array.from({ length: 4 + (d % 9) }, (_, t) => [
      {
        role: t % 2 === 0 ? Role.USER : Role.ASSISTANT,
        content: `dialogue ${d}, line ${t}: žluťoučký 馬 🐎 ${"x".repeat((d * 37 + t * 11) % 300)}`,
      },
    ]),
  }));
}

/** A user utterance is a message; a system one is its tool calls, their results, and what it said. */
function dialogueOf(line: Line): Dialogue {
  const appends = line.turns.map(({ speaker, utterance, frames }, t): DraftMessage[] => {
    if (speaker === "user") return [{ role: Role.USER, content: utterance }];
    const tools = frames.flatMap((frame, f) => toolMessages(`${t}-${f}`, frame));
    return [...tools, { role: Role.ASSISTANT, content: utterance }];
  });
  return { id: line.dialogue_id, appends };
}

function toolMessages(callId: string, frame: Frame): DraftMessage[] {
  if (frame.service_call === undefined) return [];
  const { method: name, parameters: input } = frame.service_call;
  const output = fromJson(ValueSchema, frame.service_results ?? []);
  return [
    {
      role: Role.ASSISTANT,
      parts: [{ part: { case: "toolCall", value: { callId, name, input } } }],
    },
    {
      role: Role.TOOL,
      parts: [{ part: { case: "toolResult", value: { callId, name, output } } }],
    },
  ];
}
