import type { HandlerContext } from "@connectrpc/connect";
import {
  type ReportUsageRequest,
  ReportUsageRequestSchema,
  type UsageReport,
} from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { checkMoney, toDollars } from "../../domain/money.ts";
import { priceOf } from "../../domain/price-list.ts";
import { type PricedReport, report } from "../../domain/task-commands.ts";
import { isPausable } from "../work.ts";
import { changeTask, signalIn } from "./lease.ts";

export function reportUsage(context: Context) {
  return async (request: ReportUsageRequest, call: HandlerContext) => {
    for (const [i, { cost }] of request.reports.entries()) checkMoney(`reports[${i}].cost`, cost);
    const schema = ReportUsageRequestSchema;
    const written = await changeTask(context, call, schema, request, (head, open) => {
      const tenantId = head.session?.tenantId ?? "";
      const reports = request.reports.map((given) => priced(context, tenantId, given));
      return report(head, open, reports, { pausable: isPausable(context, head.session!) });
    });
    const { tokensUsed = 0n, cost = 0 } = written.head?.session ?? {};
    return { signal: signalIn(written, request.taskId), tokensUsed, cost };
  };
}

/** As the worker says what it cost, else by the tenant's price list. */
function priced(context: Context, tenantId: string, given: UsageReport): PricedReport {
  const { model, inputTokens, outputTokens, tokens, agentId, tool } = given;
  const cost = given.cost ?? toDollars(priceOf(context.work.prices, tenantId, given));
  return { model, inputTokens, outputTokens, tokens, agentId, tool, cost };
}
