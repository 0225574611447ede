import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { SessionUpdatedSchema } from "../../gen/parley/v1/event_pb.js";
import type { Context } from "../context.ts";
import { changeState, type Decision } from "../domain/decision.ts";
import type { Lifetime } from "../domain/lifetime.ts";
import type { Principal } from "../domain/principal.ts";
import { draftEvent } from "./event.ts";

/** Decides on another lifetime; undefined if it stays as it is. */
export function changeLifetime(
  context: Context,
  principal: Principal,
  before: Head,
  lifetime: Lifetime | undefined,
): Decision | undefined {
  if (lifetime === undefined) return undefined;
  const value = create(SessionUpdatedSchema, {
    session: {
      expiresAt: timestampFromDate(lifetime.expiresAt),
      ttl: durationFromMs(lifetime.ttlMs),
    },
    fields: ["expires_at", "ttl"],
  });
  return changeState(before, [draftEvent(context, principal, { case: "sessionUpdated", value })]);
}
