import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  type HealthCheckRequest,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/grpc/health/v1/health_pb.js";
import type { Serving } from "./serving.ts";

const WATCH_INTERVAL_MS = 1000;

/**
 * grpc.health.v1 for the services of the given names and, under the empty name,
 * the server. All stand and fall together: they have the same stores.
 */
export function healthService(serving: Serving, services: readonly string[]) {
  const names = new Set(["", ...services]);
  const status = async () => {
    const { serving: yes } = await serving.report();
    return yes ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    check: async ({ service }) => {
      if (!names.has(service)) {
        throw new ConnectError("there is no such service here", Code.NotFound);
      }
      return { status: await status() };
    },
    list: async () => {
      const state = { status: await status() };
      return {
        statuses: Object.fromEntries(
          [...names].map((name) => [name, create(HealthCheckResponseSchema, state)]),
        ),
      };
    },
    watch: (request: HealthCheckRequest, { signal }: HandlerContext) => {
      const current = names.has(request.service) ? status : async () => Status.SERVICE_UNKNOWN;
      return changes(current, AbortSignal.any([signal, serving.shutdown]));
    },
  } satisfies ServiceImpl<typeof Health>;
}

/** The status now and at each change; once more when the server stops, then the end. */
async function* changes(current: () => Promise<Status>, stop: AbortSignal) {
  let last: Status | undefined;
  for (let go = true; go; ) {
    go = !stop.aborted;
    const status = await current();
    if (status !== last) yield { status };
    last = status;
    if (go) await sleep(WATCH_INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
