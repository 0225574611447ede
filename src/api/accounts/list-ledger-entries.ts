import type { HandlerContext } from "@connectrpc/connect";
import type { ListLedgerEntriesRequest } from "../../../gen/parley/v1/account_service_pb.js";
import type { Context } from "../../context.ts";
import { accountOwner } from "./account-owner.ts";

const DEFAULT_LIMIT = 50;

export function listLedgerEntries(context: Context) {
  return async (request: ListLedgerEntriesRequest, call: HandlerContext) => {
    const { limit = DEFAULT_LIMIT, offset = 0 } = request;
    const owner = accountOwner(context, call, request);
    const { entries, total } = await context.log.listLedger({ ...owner, limit, offset });
    return { entries: [...entries], total, hasMore: offset + entries.length < total };
  };
}
