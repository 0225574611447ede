import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { AppendMessagesRequestSchema } from "../../../gen/parley/v1/conversation_commands_pb.js";
import { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";
import { callerKey } from "../../api/caller.ts";
import type { PlanBook, RateKind, RateLimit } from "../../domain/plan.ts";
import type { Role } from "../../domain/principal.ts";
import type { Charge, Settlement } from "../../domain/rate-limits.ts";
import { EVERY_SCOPE } from "../../domain/scopes.ts";
import { createMetrics } from "../../telemetry/metrics.ts";
import type { CallRequest, CallResponse } from "./call.ts";
import { limitRates, tellRates } from "./limit-rates.ts";

const limitOf = (kind: RateKind): RateLimit => ({
  ...{ subject: "user", kind },
  ...{ perMinute: 60, burst: 60 },
});

const planned = (...kinds: RateKind[]): PlanBook => ({
  byTenant: new Map([["t", { name: "p", rates: kinds.map(limitOf) }]]),
  otherwise: undefined,
});

interface Call {
  readonly tenantId?: string;
  readonly roles?: readonly Role[];
  readonly method?: CallRequest["method"];
  readonly stream?: boolean;
}

const message = create(AppendMessagesRequestSchema, {
  sessionId: "s",
  messages: [{ content: "one" }, { content: "two" }],
});

function request({ tenantId = "t", roles = ["user"], method, stream = false }: Call): CallRequest {
  const contextValues = createContextValues();
  contextValues.set(callerKey, {
    ...{ tenantId, userId: "ann", via: "dev", scopes: EVERY_SCOPE },
    roles: new Set(roles),
  });
  return {
    ...{ contextValues, stream, header: new Headers(), message },
    method: method ?? ConversationService.method.appendMessages,
  } as unknown as CallRequest;
}

/** Makes a call under a plan; says what it was charged, and what its answer or error told. */
async function called(
  plans: PlanBook,
  call: Call = {},
  settlement: Partial<Settlement> = {},
  answer: () => unknown = () => undefined,
) {
  const charged: Charge[] = [];
  const metrics = createMetrics();
  const takeTokens = (_: unknown, charges: readonly Charge[]): Settlement => {
    charged.push(...charges);
    const standings = charges.map(() => ({ remaining: 41, fullInMs: 18_001, waitMs: 0 }));
    return { admitted: true, standings, ...settlement };
  };
  let reached = false;
  const handler = async () => {
    reached = true;
    answer();
    return { header: new Headers() } as CallResponse;
  };
  const limited = limitRates({ plans, takeTokens }, metrics)(handler);
  const mapped = async (req: CallRequest) => {
    try {
      return await limited(req);
    } catch (error) {
      const code = Code.Aborted;
      throw new ConnectError((error as Error).message, code, undefined, undefined, error);
    }
  };
  const outcome = await tellRates()(mapped)(request(call)).then(
    ({ header }) => ({ header, error: undefined }),
    (error: ConnectError) => ({ header: error.metadata, error }),
  );
  const told = ["limit", "remaining", "reset"].map((name) =>
    outcome.header.get(`x-ratelimit-${name}`),
  );
  return { charged, reached, told, error: outcome.error, metrics };
}

describe("limitRates", () => {
  it("charges a call with what the plan counts", async () => {
    const { charged, reached, told } = await called(planned("calls", "messages", "bytes"));
    const bytes = toBinary(AppendMessagesRequestSchema, message).length;
    expect(charged.map(({ limit, cost }) => [limit.kind, cost])).toEqual([
      ["calls", 1],
      ["messages", 2],
      ["bytes", bytes],
    ]);
    expect([reached, told]).toEqual([true, ["60", "41", "19"]]);
  });

  it("counts a stream as a call, and no more", async () => {
    const { charged } = await called(planned("calls", "messages", "bytes"), { stream: true });
    expect(charged.map(({ limit, cost }) => [limit.kind, cost])).toEqual([["calls", 1]]);
  });

  it("refuses before anything else is done, and counts that", async () => {
    const standings = [{ remaining: 0, fullInMs: 60_000, waitMs: 1000 }];
    const { reached, told, error, metrics } = await called(
      planned("calls"),
      {},
      { admitted: false, standings },
    );
    expect(error?.cause).toMatchObject({ reason: "rate_limit_exceeded", retryAfterMs: 1000 });
    expect([reached, told]).toEqual([false, ["60", "0", "60"]]);
    expect(await metrics.registry.metrics()).toContain(
      'parley_rate_limited_total{subject="user",kind="calls"} 1',
    );
  });

  it("tells of the limits also where the call fails for something else", async () => {
    const { error, told } = await called(planned("calls"), {}, {}, () => {
      throw new Error("no");
    });
    expect([error?.rawMessage, told]).toEqual(["no", ["60", "41", "19"]]);
  });

  it.each<[string, PlanBook, Call]>([
    ["who has no plan", planned("calls"), { tenantId: "other" }],
    [
      "what costs nothing",
      planned("messages"),
      { method: ConversationService.method.listMessages, stream: true },
    ],
    [
      "what workers say of tasks",
      planned("calls"),
      { roles: ["worker"], method: WorkerService.method.heartbeat },
    ],
  ])("does not ask about %s", async (_, plans, call) => {
    const { charged, reached, told } = await called(plans, call);
    expect([charged, reached, told]).toEqual([[], true, [null, null, null]]);
  });

  it.each<[string, Call]>([
    ["workers' other calls", { roles: ["worker"] }],
    ["workers' calls by others", { method: WorkerService.method.heartbeat }],
  ])("counts %s", async (_, call) => {
    expect((await called(planned("calls"), call)).charged).toHaveLength(1);
  });
});
