import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import type { UsageReported } from "../../gen/parley/v1/task_event_pb.js";
import { type UsageItem, UsageItemSchema } from "../../gen/parley/v1/usage_pb.js";
import { addDollars } from "./money.ts";
import { tokensOf } from "./task.ts";

/** Most names that usage is kept apart by; what is beyond goes together. */
const MAX_ITEMS = 64;
const OTHERS = "(others)";

/** Adds a report to the figures of its session. Changes the draft. */
export function addUsage(head: Head, session: Session, usage: UsageReported): void {
  session.tokensUsed += tokensOf(usage);
  session.cost = addDollars(session.cost, usage.cost);
  head.inputTokens += usage.inputTokens;
  head.outputTokens += usage.outputTokens;
  head.models = withUsage(head.models, usage.model, usage);
  head.agents = withUsage(head.agents, usage.agentId ?? "", usage);
  head.tools = withUsage(head.tools, usage.tool ?? "", usage);
}

function withUsage(items: readonly UsageItem[], name: string, usage: UsageReported): UsageItem[] {
  if (name === "") return [...items];
  const known = items.findIndex((item) => item.name === name);
  if (known !== -1) return items.with(known, sum(items[known]!, usage));
  if (items.length < MAX_ITEMS) return [...items, sum(create(UsageItemSchema, { name }), usage)];
  return name === OTHERS
    ? [...items, sum(create(UsageItemSchema, { name }), usage)]
    : withUsage(items, OTHERS, usage);
}

function sum(item: UsageItem, usage: UsageReported): UsageItem {
  return {
    ...item,
    tokens: item.tokens + tokensOf(usage),
    inputTokens: item.inputTokens + usage.inputTokens,
    outputTokens: item.outputTokens + usage.outputTokens,
    cost: addDollars(item.cost, usage.cost),
    reports: item.reports + 1,
  };
}

/** Tokens that went in and that came out, of all reports that told them apart. */
export function directions(head: Head): { inputTokens: bigint; outputTokens: bigint } {
  return { inputTokens: head.inputTokens, outputTokens: head.outputTokens };
}
