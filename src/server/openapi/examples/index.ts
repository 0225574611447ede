import { ACCOUNT_EXAMPLES } from "./accounts.ts";
import { COMMENT_EXAMPLES } from "./comments.ts";
import { ERASURE_EXAMPLES } from "./erasure.ts";
import type { Examples } from "./example-table.ts";
import { MESSAGE_EXAMPLES } from "./messages.ts";
import { QUOTA_EXAMPLES } from "./quota.ts";
import { RUN_EXAMPLES } from "./runs.ts";
import { SESSION_EXAMPLES } from "./sessions.ts";
import { SHARE_EXAMPLES } from "./shares.ts";
import { TASK_EXAMPLES } from "./tasks.ts";
import { WORKER_EXAMPLES } from "./workers.ts";

/** Bodies to show, by operation. A test holds each to its schema. */
export const EXAMPLES: Readonly<Record<string, Examples>> = {
  ...SESSION_EXAMPLES,
  ...MESSAGE_EXAMPLES,
  ...COMMENT_EXAMPLES,
  ...SHARE_EXAMPLES,
  ...RUN_EXAMPLES,
  ...TASK_EXAMPLES,
  ...WORKER_EXAMPLES,
  ...ACCOUNT_EXAMPLES,
  ...QUOTA_EXAMPLES,
  ...ERASURE_EXAMPLES,
};
