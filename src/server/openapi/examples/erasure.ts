import type { Examples } from "./example-table.ts";

const ERASURE = {
  erasure_id: "01a1fcac-e968-74bd-815e-28ec337b4f03",
  status: "pending",
  pseudonym: "erased:3f0c8a57d1e94b6f9f0b2c6d7e8a9b10",
  requested_at: "2026-01-02T03:04:05Z",
  completed_at: null,
  removed: {},
};

const RECEIPT = {
  ...ERASURE,
  status: "completed",
  completed_at: "2026-01-02T03:04:12Z",
  removed: { sessions: 3, events: 41, tasks: 1, receipts: 5, api_keys: 1, ledger_entries: 4 },
};

export const ERASURE_EXAMPLES: Readonly<Record<string, Examples>> = {
  eraseUser: { answerExamples: { pending: { value: ERASURE } } },
  getErasure: { answerExamples: { receipt: { value: RECEIPT } } },
};
