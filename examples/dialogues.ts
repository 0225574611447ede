// Dialogues as worker.ts and submit-runs.ts know them: a user and a system take turns; a frame of
// the system's may hold the call of a service and what that answered.
import { readFileSync } from "node:fs";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

export interface Frame {
  readonly service: string;
  readonly active_intent?: string;
  readonly service_call?: { readonly method: string; readonly parameters: JsonObject };
  readonly service_results?: JsonValue[];
}

export interface DialogueTurn {
  readonly speaker: "user" | "system";
  readonly utterance: string;
  readonly frames: readonly Frame[];
}

export interface Dialogue {
  readonly dialogue_id: string;
  readonly services: readonly string[];
  readonly turns: readonly DialogueTurn[];
}

/** Dialogues of a file, one JSON object a line; without a path, the two below. */
export function readDialogues(path: string | undefined): Dialogue[] {
  if (path === undefined) return [TRAIN, LAMP];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line, i) => (line.trim() === "" ? [] : [parsed(line, `${path}:${i + 1}`)]));
}

/** A dialogue, if it is one. */
export function asDialogue(value: JsonValue | undefined): Dialogue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { dialogue_id, services = [], turns } = value;
  const complete =
    typeof dialogue_id === "string" && Array.isArray(services) && Array.isArray(turns);
  return complete && turns.every(isTurn)
    ? ({ dialogue_id, services, turns } as unknown as Dialogue)
    : undefined;
}

function isTurn(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { speaker, utterance, frames } = value;
  return (
    (speaker === "user" || speaker === "system") &&
    typeof utterance === "string" &&
    Array.isArray(frames)
  );
}

function parsed(line: string, where: string): Dialogue {
  let value: JsonValue;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}`);
  }
  const dialogue = asDialogue(value);
  if (dialogue === undefined) {
    throw new Error(
      `${where}: not a dialogue: it needs dialogue_id, and turns of speaker (user or system), utterance and frames`,
    );
  }
  return dialogue;
}

const TRAIN: Dialogue = {
  dialogue_id: "made_train",
  services: ["Trains"],
  turns: [
    {
      speaker: "user",
      utterance: "I need a train from Brno to Vienna tomorrow.",
      frames: [{ service: "Trains", active_intent: "FindTrain" }],
    },
    {
      speaker: "system",
      utterance: "There is one at 8:22 and one at 10:22. Which one?",
      frames: [
        {
          service: "Trains",
          service_call: { method: "FindTrain", parameters: { from: "Brno", to: "Vienna" } },
          service_results: [{ departure: "08:22" }, { departure: "10:22" }],
        },
      ],
    },
    {
      speaker: "user",
      utterance: "The later one, please.",
      frames: [{ service: "Trains", active_intent: "BookTrain" }],
    },
    {
      speaker: "system",
      utterance: "Booked: Brno to Vienna at 10:22.",
      frames: [
        {
          service: "Trains",
          service_call: { method: "BookTrain", parameters: { departure: "10:22" } },
          service_results: [{ booking: "B-7" }],
        },
      ],
    },
  ],
};

const LAMP: Dialogue = {
  dialogue_id: "made_lamp",
  services: ["Home"],
  turns: [
    {
      speaker: "user",
      utterance: "Is the lamp in the kitchen on?",
      frames: [{ service: "Home", active_intent: "AskState" }],
    },
    {
      speaker: "system",
      utterance: "No, it has been off since noon. 💡",
      frames: [
        {
          service: "Home",
          service_call: { method: "AskState", parameters: { device: "kitchen lamp" } },
          service_results: [{ state: "off", since: "12:00" }],
        },
      ],
    },
  ],
};
