import type { HandlerContext } from "@connectrpc/connect";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import type { PublishTaskPartialRequest } from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { staleLease } from "../../domain/errors.ts";
import { checkFragment } from "../../domain/fragment.ts";
import type { Principal } from "../../domain/principal.ts";
import { ownerOf } from "../../domain/principal.ts";
import type { LeaseStanding } from "../../journal/port.ts";
import { renew } from "./lease.ts";
import { workerOf } from "./worker.ts";

/** How long a lease is believed that was found good, in milliseconds; see PartialPublisher. */
const BELIEVED_MS = 1000;
/** How many of them are remembered. */
const MOST_LEASES = 10_000;

interface Believed {
  readonly place: LeaseStanding;
  readonly until: number;
}

/**
 * A token costs no statement: the lease is looked up, and renewed, once a second. Who has lost
 * it meanwhile can be heard for so long; what is published is in no log.
 */
export function publishTaskPartial(context: Context) {
  const leases = new Map<string, Believed>();
  const placeFor = async (worker: Principal, request: PublishTaskPartialRequest) => {
    const name = JSON.stringify([worker.tenantId, request.taskId, request.leaseId]);
    const now = context.clock.monotonic();
    const known = leases.get(name);
    if (known !== undefined && now < known.until) return known.place;
    leases.delete(name);
    const place = await renew(context, worker, request);
    if (place.until === undefined || place.deleted) throw staleLease();
    if (leases.size >= MOST_LEASES) leases.clear();
    leases.set(name, { place, until: now + BELIEVED_MS });
    return place;
  };
  return async (request: PublishTaskPartialRequest, call: HandlerContext) => {
    const { messageId, offset, text } = request;
    checkFragment(request);
    const place = await placeFor(workerOf(call), request);
    const nextOffset = await context.log.publishPartial({
      principal: ownerOf(place),
      id: place.sessionId,
      fragment: { messageId, offset, text, role: Role.ASSISTANT },
    });
    return { nextOffset };
  };
}
