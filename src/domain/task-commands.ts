/** Everything that may be decided about the work of a session, for the handlers. */
export {
  type Cancelling,
  cancelAll,
  cancelTask,
  cancelWork,
  pauseWork,
  resumeWork,
} from "./task-control.ts";
export { claim, expireTask, requireLease } from "./task-lease.ts";
export { complete, fail } from "./task-outcome.ts";
export { type PricedReport, progress, report } from "./task-report.ts";
export { checkSubmission, submission } from "./task-submission.ts";
export type { WorkDraft } from "./work-draft.ts";
