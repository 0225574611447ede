import { type DescMethod, type Message, toBinary } from "@bufbuild/protobuf";
import { ConnectError, createContextKey, type Interceptor } from "@connectrpc/connect";
import { callerOf } from "../../api/caller.ts";
import { messagesIn } from "../../domain/message-cost.ts";
import { type Plan, type PlanBook, planOf } from "../../domain/plan.ts";
import {
  type Charge,
  type Cost,
  chargesOf,
  type RateFigures,
  rateLimited,
  type Settlement,
  strictest,
  type TakeTokens,
} from "../../domain/rate-limits.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { accessRule } from "./authorize.ts";
import { type CallRequest, proceed } from "./call.ts";

/** Who may call how often, and where that is counted. */
export interface RateRules {
  readonly plans: PlanBook;
  readonly takeTokens: TakeTokens;
}

/** Where the figures of a call wait for its answer. */
const figuresKey = createContextKey<RateFigures | undefined>(undefined, {
  description: "figures of rate limits",
});

/** Refuses calls that come faster than the plan of their caller's tenant allows. */
export function limitRates({ plans, takeTokens }: RateRules, metrics: Metrics): Interceptor {
  const forWorkers = isForWorkers();
  return (next) => (req) => {
    const caller = callerOf({ values: req.contextValues });
    const plan = planOf(plans, caller.tenantId);
    if (plan === undefined || (caller.roles.has("worker") && forWorkers(req.method))) {
      return next(req);
    }
    const charges = chargesOf(plan, caller, costOf(req, plan));
    if (charges.length === 0) return next(req);
    const admit = (settlement: Settlement) => {
      settle(req, charges, settlement, metrics);
      return next(req);
    };
    const settlement = takeTokens(caller, charges);
    return settlement instanceof Promise ? settlement.then(admit) : admit(settlement);
  };
}

/**
 * What workers say of their tasks is not limited: a heartbeat that is refused would cost a task its
 * worker, and what comes of it was admitted when the task was submitted.
 */
function isForWorkers(): (method: DescMethod) => boolean {
  const known = new Map<DescMethod, boolean>();
  return (method) => {
    let answer = known.get(method);
    if (answer === undefined) {
      answer = accessRule(method)?.scope === "worker";
      known.set(method, answer);
    }
    return answer;
  };
}

/** A request is as large as it is in protobuf, whatever form it came in. Streams have no size yet. */
function costOf(req: CallRequest, plan: Plan): Cost {
  if (req.stream) return { calls: 1, messages: 0, bytes: 0 };
  const sized = plan.rates.some(({ kind }) => kind === "bytes");
  return {
    calls: 1,
    messages: messagesIn(req.message),
    bytes: sized ? sizeOf(req.method, req.message) : 0,
  };
}

function sizeOf(method: DescMethod, message: Message): number {
  return toBinary(method.input, message).length;
}

function settle(
  req: CallRequest,
  charges: readonly Charge[],
  settlement: Settlement,
  metrics: Metrics,
): void {
  const figures = strictest(charges, settlement);
  req.contextValues.set(figuresKey, figures);
  if (settlement.admitted || figures === undefined) return;
  const { limit, waitMs } = figures;
  metrics.rateLimited(limit.subject, limit.kind);
  throw rateLimited(limit, waitMs);
}

/** Says in every answer, refusals of all kinds included, how its caller's limits stand. */
export function tellRates(): Interceptor {
  return (next) => (req) =>
    proceed(next, req).then(
      (res) => {
        tell(res.header, req);
        return res;
      },
      (error) => {
        if (error instanceof ConnectError) tell(error.metadata, req);
        throw error;
      },
    );
}

function tell(headers: Headers, req: CallRequest): void {
  const figures = req.contextValues.get(figuresKey);
  if (figures === undefined) return;
  headers.set("x-ratelimit-limit", String(figures.limit.perMinute));
  headers.set("x-ratelimit-remaining", String(figures.remaining));
  headers.set("x-ratelimit-reset", String(Math.ceil(figures.fullInMs / 1000)));
}
