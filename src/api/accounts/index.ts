import type { ServiceImpl } from "@connectrpc/connect";
import type { AccountService } from "../../../gen/parley/v1/account_service_pb.js";
import type { Context } from "../../context.ts";
import { depositFunds } from "./deposit-funds.ts";
import { getAccount } from "./get-account.ts";
import { listLedgerEntries } from "./list-ledger-entries.ts";

export function accountService(context: Context) {
  return {
    getAccount: getAccount(context),
    depositFunds: depositFunds(context),
    listLedgerEntries: listLedgerEntries(context),
  } satisfies ServiceImpl<typeof AccountService>;
}
