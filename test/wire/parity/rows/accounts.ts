import { AccountService } from "../../../../gen/parley/v1/account_service_pb.js";
import { type Row, row } from "./row.ts";

const { method: account } = AccountService;
const admin = { "x-roles": "admin" };

/** Money, before anything is done with it. */
export const ACCOUNT_ROWS: readonly Row[] = [
  row(account.depositFunds, [
    {
      name: "by an admin",
      input: { userId: "ann", amount: 10.5, note: "for tests", requestId: "d-1" },
      headers: admin,
    },
    {
      name: "again",
      input: { userId: "ann", amount: 10.5, note: "for tests", requestId: "d-1" },
      headers: admin,
    },
    {
      name: "under the name of another one",
      input: { userId: "ann", amount: 11, requestId: "d-1" },
      headers: admin,
      fails: "idempotency_conflict",
    },
    { name: "by nobody", input: { userId: "ann", amount: 1 }, fails: "scope_denied" },
    {
      name: "of nothing",
      input: { userId: "ann", amount: 0 },
      headers: admin,
      fails: "invalid_argument",
    },
    {
      name: "of less than there is",
      input: { userId: "ann", amount: 0.1234567 },
      headers: admin,
      fails: "invalid_argument",
    },
  ]),
  row(account.getAccount, [
    { name: "one's own", input: {} },
    { name: "by name", input: { userId: "ann" } },
    { name: "another's", input: { userId: "bob" }, fails: "scope_denied" },
    { name: "another's, by an admin", input: { userId: "bob" }, headers: admin },
  ]),
];

/** What has become of it. */
export const LEDGER_ROWS: readonly Row[] = [
  row(account.listLedgerEntries, [
    { name: "one's own", input: {} },
    { name: "a page", input: { userId: "ann", limit: 1, offset: 1 } },
    { name: "another's", input: { userId: "bob" }, fails: "scope_denied" },
    { name: "too many", input: { limit: 101 }, fails: "invalid_argument" },
  ]),
  row(account.getAccount, [{ name: "in the end", input: {} }]),
];
