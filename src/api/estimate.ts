import { create } from "@bufbuild/protobuf";
import type { SessionType } from "../../gen/parley/v1/session_pb.js";
import { type CostEstimate, CostEstimateSchema } from "../../gen/parley/v1/usage_pb.js";
import type { Context } from "../context.ts";
import { toDollars } from "../domain/money.ts";
import type { Principal } from "../domain/principal.ts";
import { typeOfRun } from "../domain/run-type.ts";
import type { ConfiguredEstimate } from "../domain/work-policy.ts";
import type { TypicalTask } from "../journal/port.ts";

/** What a run will probably take. */
export interface Estimate {
  /** In minutes, rounded up. */
  readonly duration: number;
  readonly cost: CostEstimate;
  readonly micros: bigint;
}

const MINUTE_MS = 60_000;
const UNKNOWN = { durationMs: 0, micros: 0n };

/** Estimates runs from the tenant's past ones of the type, else as configured. */
export function runEstimator(context: Context) {
  /** What is being asked: many runs that begin at once need not ask each for itself. */
  const asked = new Map<string, Promise<TypicalTask | undefined>>();
  const pastOf = (tenantId: string, type: string) => {
    const name = `${type} ${tenantId}`;
    const known = asked.get(name);
    if (known !== undefined) return known;
    const past = context.log.typicalTask(tenantId, type).finally(() => asked.delete(name));
    asked.set(name, past);
    return past;
  };
  return async ({ tenantId }: Principal, type: SessionType): Promise<Estimate> =>
    estimateOf(
      await pastOf(tenantId, typeOfRun(type)),
      context.work.estimates.get(type) ?? UNKNOWN,
    );
}

function estimateOf(past: TypicalTask | undefined, configured: ConfiguredEstimate): Estimate {
  const { durationMs } = past ?? configured;
  const micros = past?.costMicros ?? configured.micros;
  const cost = create(CostEstimateSchema, {
    amount: toDollars(micros),
    currency: "USD",
    tokens: past === undefined ? undefined : BigInt(Math.round(past.tokens)),
    basedOn: past?.count ?? 0,
  });
  return { duration: Math.ceil(durationMs / MINUTE_MS), cost, micros };
}
