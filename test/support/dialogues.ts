import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { fromJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { type NewMessageSchema, Role } from "../../gen/parley/v1/message_pb.js";

/** Where real dialogues are: `PARLEY_TEST_DIALOGUES`, else a folder beside the checkout. */
const FOLDER =
  process.env.PARLEY_TEST_DIALOGUES ??
  fileURLToPath(new URL("../../../shared/data", import.meta.url));
const FILE = join(FOLDER, "sgd-dialogues.jsonl");

export type DraftMessage = MessageInitShape<typeof NewMessageSchema>;

/** A dialogue as a session would hold it: each entry is one append. */
export interface Dialogue {
  readonly id: string;
  readonly appends: readonly (readonly DraftMessage[])[];
}

/** What was understood or done in an utterance, as the file has it. */
export interface Frame {
  readonly service: string;
  readonly active_intent?: string;
  readonly slot_values?: { readonly [slot: string]: string };
  readonly service_call?: { readonly method: string; readonly parameters: JsonObject };
  readonly service_results?: JsonValue[];
}

/** A dialogue as the file has it: the user begins, the system follows, and so on. */
export interface RecordedDialogue {
  readonly dialogue_id: string;
  readonly turns: readonly {
    readonly speaker: "user" | "system";
    readonly utterance: string;
    readonly frames: readonly Frame[];
  }[];
}

/** True if the real dialogues are at hand; tests that need them are left out elsewhere. */
export const haveRealDialogues = existsSync(FILE);

export function realRecords(): RecordedDialogue[] {
  const lines = readFileSync(FILE, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

export function realDialogues(): Dialogue[] {
  return realRecords().map(dialogueOf);
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
function dialogueOf(record: RecordedDialogue): Dialogue {
  const appends = record.turns.map(({ speaker, utterance, frames }, t): DraftMessage[] => {
    if (speaker === "user") return [{ role: Role.USER, content: utterance }];
    const tools = frames.flatMap((frame, f) => toolMessages(`${t}-${f}`, frame));
    return [...tools, { role: Role.ASSISTANT, content: utterance }];
  });
  return { id: record.dialogue_id, appends };
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
