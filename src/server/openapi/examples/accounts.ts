import type { OperationExamples } from "./operation-examples.ts";

const ACCOUNT = {
  user_id: "dev-user",
  available: 8,
  held: 2,
  currency: "USD",
  open_runs: 1,
};

const DEPOSIT = {
  entry_id: "01a1fcac-e968-74bd-815e-28ec337b4f01",
  timestamp: "2026-01-01T00:00:00Z",
  kind: "deposit",
  debit: "deposits",
  credit: "available",
  amount: 10,
  session_id: null,
  seq: null,
  note: "January",
};

const HOLD = {
  ...DEPOSIT,
  entry_id: "01a1fcac-e968-74bd-815e-28ec337b4f02",
  timestamp: "2026-01-02T03:04:05Z",
  kind: "hold",
  debit: "available",
  credit: "held",
  amount: 2,
  session_id: "compare",
  seq: 1,
  note: null,
};

export const ACCOUNT_EXAMPLES: Readonly<Record<string, OperationExamples>> = {
  getAccount: { answerExamples: { account: { value: ACCOUNT } } },
  depositFunds: {
    requestExamples: { deposit: { value: { amount: 10, note: "January" } } },
    answerExamples: {
      deposited: {
        value: { entry: DEPOSIT, account: { ...ACCOUNT, available: 10, held: 0, open_runs: 0 } },
      },
    },
  },
  listLedgerEntries: {
    answerExamples: { page: { value: { entries: [HOLD, DEPOSIT], total: 2, has_more: false } } },
  },
};
