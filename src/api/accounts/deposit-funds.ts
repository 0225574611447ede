import type { HandlerContext } from "@connectrpc/connect";
import {
  type DepositFundsRequest,
  DepositFundsRequestSchema,
} from "../../../gen/parley/v1/account_service_pb.js";
import type { Context } from "../../context.ts";
import { accountView } from "../../domain/account-view.ts";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";
import { isCallerId } from "../../domain/ids.ts";
import { checkMoney, toMicros } from "../../domain/money.ts";
import { refuseOther } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { operationOf } from "../operation.ts";
import { requireAccounts } from "./account-owner.ts";

export function depositFunds(context: Context) {
  return async (request: DepositFundsRequest, call: HandlerContext) => {
    requireAccounts(context);
    const admin = callerOf(call);
    if (!admin.roles.has("admin")) {
      throw new ParleyError("scope_denied", "deposits need the role admin");
    }
    const { userId, amount, note } = request;
    if (!isCallerId(userId)) {
      throw invalidArgument("user_id", "must be 1 to 255 visible ASCII characters");
    }
    checkMoney("amount", amount);
    const schema = DepositFundsRequestSchema;
    const { operation } = operationOf(context, call, admin, schema, request);
    const owner = { tenantId: admin.tenantId, userId };
    const made = await context.log.deposit({
      ...owner,
      entryId: context.ids.uuid(),
      at: context.clock.now(),
      micros: toMicros(amount),
      note,
      operation,
    });
    if (!made.first) refuseOther(made, operation);
    const account = accountView(userId, await context.log.readAccount(owner));
    return { entry: made.entry, account };
  };
}
