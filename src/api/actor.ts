import { create } from "@bufbuild/protobuf";
import { type Actor, ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import type { Principal } from "../domain/principal.ts";

/** Who an event says caused it. */
export function actorOf(principal: Principal): Actor {
  const type = principal.roles.has("worker") ? ActorType.WORKER : ActorType.USER;
  return create(ActorSchema, { type, id: principal.userId });
}
