import type { MessageInitShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { UsageReportedSchema } from "../../../gen/parley/v1/task_event_pb.js";
import {
  type ReportUsageRequest,
  ReportUsageRequestSchema,
  type UsageReport,
} from "../../../gen/parley/v1/worker_requests_pb.js";
import type { Context } from "../../context.ts";
import { checkMoney, toDollars } from "../../domain/money.ts";
import { priceOf } from "../../domain/price-list.ts";
import { report } from "../../domain/task-commands.ts";
import { changeTask, signalIn } from "./lease.ts";

export function reportUsage(context: Context) {
  return async (request: ReportUsageRequest, call: HandlerContext) => {
    for (const [i, { cost }] of request.reports.entries()) checkMoney(`reports[${i}].cost`, cost);
    const schema = ReportUsageRequestSchema;
    const written = await changeTask(context, call, schema, request, (head, open) => {
      const tenantId = head.session?.tenantId ?? "";
      return report(
        head,
        open,
        request.reports.map((given) => priced(context, tenantId, given)),
      );
    });
    const { tokensUsed = 0n, cost = 0 } = written.head?.session ?? {};
    return { signal: signalIn(written, request.taskId), tokensUsed, cost };
  };
}

/** As the worker says what it cost, else by the tenant's price list. */
function priced(
  context: Context,
  tenantId: string,
  given: UsageReport,
): MessageInitShape<typeof UsageReportedSchema> {
  const { model, inputTokens, outputTokens, tokens, agentId, tool } = given;
  const cost = given.cost ?? toDollars(priceOf(context.work.prices, tenantId, given));
  return { model, inputTokens, outputTokens, tokens, agentId, tool, cost };
}
