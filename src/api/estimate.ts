import { create } from "@bufbuild/protobuf";
import type { SessionType } from "../../gen/parley/v1/session_pb.js";
import { type CostEstimate, CostEstimateSchema } from "../../gen/parley/v1/usage_pb.js";
import type { Context } from "../context.ts";
import { toDollars } from "../domain/money.ts";
import type { Principal } from "../domain/principal.ts";
import { typeOfRun } from "../domain/run-type.ts";

/** What a run will probably take. */
export interface Estimate {
  /** In minutes, rounded up. */
  readonly duration: number;
  readonly cost: CostEstimate;
  readonly micros: bigint;
}

const MINUTE_MS = 60_000;
const UNKNOWN = { durationMs: 0, micros: 0n };

/** From the tenant's past runs of the type, else as configured. */
export async function estimateRun(
  context: Context,
  { tenantId }: Principal,
  type: SessionType,
): Promise<Estimate> {
  const past = await context.log.typicalTask(tenantId, typeOfRun(type));
  const configured = context.work.estimates.get(type) ?? UNKNOWN;
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
