import type { Examples } from "./example-table.ts";

const QUOTA = {
  plan: "free",
  rates: [
    {
      subject: "tenant",
      kind: "calls",
      limit: 6000,
      burst: 6000,
      remaining: 5120,
      reset_seconds: 9,
    },
    { subject: "user", kind: "calls", limit: 60, burst: 60, remaining: 41, reset_seconds: 19 },
  ],
  sessions: { limit: 100, used: 12 },
  open_runs: { limit: 3, used: 1 },
  watches: null,
};

export const QUOTA_EXAMPLES: Readonly<Record<string, Examples>> = {
  getQuota: { answerExamples: { free: { value: QUOTA } } },
};
