import { equals, type JsonObject } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { UpdateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { Permission } from "../../gen/parley/v1/share_pb.js";
import { type Budget, BudgetSchema } from "../../gen/parley/v1/usage_pb.js";
import { expiresAt } from "./access.ts";
import { invalidArgument } from "./errors.ts";
import { merged } from "./merge.ts";
import { checkMoney } from "./money.ts";
import { checkExternalId, draftOf, refuseOversize, ttlMs } from "./session.ts";
import { cleanTitle } from "./title.ts";

const FIELDS = [
  "title",
  "external_id",
  "agent_id",
  "context",
  "metadata",
  "labels",
  "channel",
  "user_channel_id",
  "config_version",
  "max_history",
  "budget",
  "ttl",
] as const;
type Field = (typeof FIELDS)[number];

/** What an update asks for, checked as far as it can be without the session. */
export interface Patch {
  /** Field → how it is meant. */
  readonly fields: ReadonlyMap<Field, "set" | "merge" | "clear">;
  readonly title: string | undefined;
  readonly externalId: string | undefined;
  readonly agentId: string | undefined;
  readonly context: JsonObject | undefined;
  readonly metadata: JsonObject | undefined;
  readonly labels: { readonly [key: string]: string };
  readonly channel: string | undefined;
  readonly userChannelId: string | undefined;
  readonly configVersion: string | undefined;
  readonly maxHistory: number | undefined;
  readonly budget: Budget | undefined;
  readonly ttlMs: number | undefined;
}

export function patchOf(request: UpdateSessionRequest): Patch {
  const { externalId, agentId, context, metadata, labels } = request;
  const { channel, userChannelId, configVersion, maxHistory, budget } = request;
  if (externalId !== undefined) checkExternalId(externalId);
  checkMoney("budget.max_cost", budget?.maxCost);
  return {
    fields: meantFields(request),
    title: request.title === undefined ? undefined : cleanTitle(request.title),
    externalId,
    agentId,
    context,
    metadata,
    labels,
    channel,
    userChannelId,
    configVersion,
    maxHistory,
    budget,
    ttlMs: ttlMs(request),
  };
}

/** What its caller must be allowed: the title is more people's than the rest. */
export function neededFor({ fields }: Patch): Permission {
  const titleAlone = [...fields.keys()].every((name) => name === "title");
  return titleAlone ? Permission.EDIT : Permission.OWN;
}

function meantFields(request: UpdateSessionRequest): Patch["fields"] {
  const given: Record<Field, boolean> = {
    title: request.title !== undefined,
    external_id: request.externalId !== undefined,
    agent_id: request.agentId !== undefined,
    context: request.context !== undefined,
    metadata: request.metadata !== undefined,
    labels: Object.keys(request.labels).length > 0,
    channel: request.channel !== undefined,
    user_channel_id: request.userChannelId !== undefined,
    config_version: request.configVersion !== undefined,
    max_history: request.maxHistory !== undefined,
    budget: request.budget !== undefined,
    ttl: ttlMs(request) !== undefined,
  };
  if (request.updateMask === undefined || request.updateMask.paths.length === 0) {
    return new Map(FIELDS.filter((f) => given[f]).map((f) => [f, "merge"]));
  }
  return new Map(
    request.updateMask.paths.map(fieldNamed).map((f) => [f, given[f] ? "set" : "clear"]),
  );
}

function fieldNamed(path: string): Field {
  const name = path === "ttl_seconds" ? "ttl" : path;
  const field = FIELDS.find((f) => f === name);
  if (field === undefined) {
    throw invalidArgument(
      "update_mask",
      `names ${JSON.stringify(path)}, which is no field to update`,
    );
  }
  return field;
}

/** The head after a patch and the names of what changed; undefined if nothing did. */
export function applyPatch(
  before: Head,
  patch: Patch,
  now: Date,
): { head: Head; fields: string[] } | undefined {
  const { head, session } = draftOf(before);
  const changed = FIELDS.filter((field) => change(session, field, patch, now));
  if (changed.length === 0) return undefined;
  refuseOversize(session);
  return { head, fields: changed.map((field) => (field === "ttl" ? "expires_at" : field)) };
}

function change(session: Session, field: Field, patch: Patch, now: Date): boolean {
  const meant = patch.fields.get(field);
  if (meant === undefined) return false;
  const given: Partial<Patch> = meant === "clear" ? {} : patch;
  switch (field) {
    case "title":
      return assign(session, "title", given.title);
    case "external_id":
      return assign(session, "externalId", given.externalId);
    case "agent_id":
      return assign(session, "agentId", given.agentId);
    case "channel":
      return assign(session, "channel", given.channel);
    case "user_channel_id":
      return assign(session, "userChannelId", given.userChannelId);
    case "config_version":
      return assign(session, "configVersion", given.configVersion);
    case "max_history":
      return assign(session, "maxHistory", given.maxHistory);
    case "budget":
      return setBudget(session, given.budget);
    case "context":
    case "metadata":
      return assign(session, field, meantObject(session[field], meant, patch[field]));
    case "labels":
      return assign(session, "labels", mergedLabels(session.labels, meant, patch.labels));
    case "ttl":
      return extend(session, patch.ttlMs, now);
  }
}

function assign<K extends keyof Session>(session: Session, key: K, value: Session[K]): boolean {
  const same = JSON.stringify(session[key]) === JSON.stringify(value);
  session[key] = value;
  return !same;
}

/** A budget is one thing: what a new one does not say is not limited. */
function setBudget(session: Session, budget: Budget | undefined): boolean {
  const { budget: held } = session;
  if (budget === undefined) delete session.budget;
  else session.budget = budget;
  if (held === undefined || budget === undefined) return held !== budget;
  return !equals(BudgetSchema, held, budget);
}

function meantObject(
  held: JsonObject | undefined,
  meant: "set" | "merge" | "clear",
  given: JsonObject | undefined,
): JsonObject | undefined {
  if (meant === "clear" || given === undefined) return undefined;
  return merged(meant === "merge" ? held : undefined, given);
}

function mergedLabels(
  held: Session["labels"],
  meant: "set" | "merge" | "clear",
  given: Patch["labels"],
): Session["labels"] {
  const base = meant === "merge" ? held : {};
  const entries = Object.entries({ ...base, ...given }).filter(([, value]) => value !== "");
  return Object.fromEntries(entries);
}

function extend(session: Session, ttl: number | undefined, now: Date): boolean {
  const until = now.getTime() + (ttl ?? 0);
  if (until <= expiresAt(session)) return false;
  session.expiresAt = timestampFromDate(new Date(until));
  return true;
}
