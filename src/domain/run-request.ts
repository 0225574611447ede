import type { JsonObject } from "@bufbuild/protobuf";
import type { CreateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import type { Budget } from "../../gen/parley/v1/usage_pb.js";
import { budgetOf } from "./budget.ts";
import { invalidArgument, payloadTooLarge } from "./errors.ts";
import { refuseLargeObject } from "./json-size.ts";
import { durationMs, MAX_METADATA_BYTES } from "./session.ts";

export { budgetOf };

/** Most bytes of what is asked of a worker. */
export const MAX_PROMPT_BYTES = 65_536;

/** What a run is to be, checked as far as it can be by itself. */
export interface RunWish {
  readonly prompt: string;
  readonly sessionType: SessionType;
  readonly budget: Budget | undefined;
  readonly preferences: JsonObject | undefined;
  /** Undefined: as configured. */
  readonly timeLimitMs: number | undefined;
  /** Undefined: as configured. */
  readonly maxAttempts: number | undefined;
}

/** The run that is asked for; undefined for a conversation. */
export function runWishOf(request: CreateSessionRequest): RunWish | undefined {
  const { prompt, sessionType, preferences, timeLimit, maxAttempts } = request;
  if (prompt === undefined) {
    checkConversation(request);
    return undefined;
  }
  checkPrompt("prompt", prompt);
  refuseLargeObject("preferences", preferences, MAX_METADATA_BYTES);
  return {
    prompt,
    sessionType: sessionType === SessionType.UNSPECIFIED ? SessionType.RESEARCH : sessionType,
    budget: budgetOf(request),
    preferences,
    timeLimitMs: timeLimit === undefined ? undefined : durationMs(timeLimit),
    maxAttempts,
  };
}

/** Refuses what only a run can have, so that who forgot the prompt learns of it. */
function checkConversation(request: CreateSessionRequest): void {
  const given = {
    session_type: request.sessionType !== SessionType.UNSPECIFIED,
    preferences: request.preferences !== undefined,
    time_limit: request.timeLimit !== undefined,
    max_attempts: request.maxAttempts !== undefined,
  };
  for (const [field, isGiven] of Object.entries(given)) {
    if (isGiven) throw invalidArgument(field, "must not be given without a prompt");
  }
  const budget = budgetOf(request);
  if (budget === undefined || saysLimit(budget)) return;
  throw invalidArgument("budget", "must have max_cost or max_tokens where there is no prompt");
}

function saysLimit({ maxCost, maxTokens }: Budget): boolean {
  return maxCost !== undefined || maxTokens !== undefined;
}

/** Refuses a text that asks nothing of a worker, or too much at once. */
export function checkPrompt(field: string, text: string): void {
  if (text.trim() === "") throw invalidArgument(field, "must not be blank");
  if (new TextEncoder().encode(text).length <= MAX_PROMPT_BYTES) return;
  throw payloadTooLarge(field, `must not be larger than ${MAX_PROMPT_BYTES} bytes`);
}
