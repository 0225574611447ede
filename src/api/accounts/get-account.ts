import type { HandlerContext } from "@connectrpc/connect";
import type { GetAccountRequest } from "../../../gen/parley/v1/account_service_pb.js";
import type { Context } from "../../context.ts";
import { accountView } from "../../domain/account-view.ts";
import { accountOwner } from "./account-owner.ts";

export function getAccount(context: Context) {
  return async (request: GetAccountRequest, call: HandlerContext) => {
    const owner = accountOwner(context, call, request);
    return { account: accountView(owner.userId, await context.log.readAccount(owner)) };
  };
}
