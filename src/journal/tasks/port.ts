import type { Task, TaskStatus } from "../../../gen/parley/v1/task_pb.js";

/** Tasks as they are looked for. What they are follows from the logs; nothing here writes one. */
export interface Tasks {
  /**
   * Tasks that may be claimed now, the oldest first of the tenants that have the fewest being
   * worked on. Nobody else is offered them for a moment (`OFFER_MS`), so that those who look at
   * the same time find different ones; who claims one writes that to its session's log.
   */
  offerTasks(query: OfferQuery): Promise<TaskPlace[]>;
  /**
   * Lets a lease last until a time, if its time is not over, and says how the task stands;
   * undefined if there is no such task.
   */
  renewLease(renewal: LeaseRenewal): Promise<LeaseStanding | undefined>;
  /**
   * Tasks whose lease or whose time limit has run out, of so many that might: most have been heard
   * of since. Nobody else is given them for a moment
   * (`OFFER_MS`).
   */
  dueTasks(now: Date, limit: number): Promise<DueTask[]>;
  findTask(taskId: string): Promise<FoundTask | undefined>;
  /**
   * Newest first, if not asked for otherwise; those of one session in the order of their numbers.
   * As many as fit into about 4 MiB, at least one. Those of deleted sessions are left out.
   */
  listTasks(query: TaskQuery): Promise<TaskPage>;
  /**
   * The place in its log where a session's task was completed last: the last seq of the change
   * that says so. Undefined where none was.
   */
  lastCompletion(uid: string): Promise<number | undefined>;
  /** What the last 100 completed tasks of a type took, in the middle; undefined without any. */
  typicalTask(tenantId: string, type: string): Promise<TypicalTask | undefined>;
}

/** How long a task that was offered or is due is kept from others, in milliseconds. */
export const OFFER_MS = 2000;

export interface OfferQuery {
  readonly tenantIds: readonly string[];
  /** Empty: of any type. */
  readonly types: readonly string[];
  /** Empty: of any agent and of none. */
  readonly agentIds: readonly string[];
  readonly now: Date;
  readonly limit: number;
}

/** Whose a task is and where. */
export interface TaskPlace {
  readonly taskId: string;
  readonly uid: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
}

export interface LeaseRenewal {
  readonly taskId: string;
  readonly leaseId: string;
  readonly now: Date;
  /** Undefined: as long from now as it was last said. */
  readonly until: Date | undefined;
}

export interface FoundTask extends TaskPlace {
  readonly task: Task;
  /** True if its session was deleted. */
  readonly deleted: boolean;
}

export interface LeaseStanding extends FoundTask {
  /** Until when the lease lasts now; undefined where it is not the task's, or was over. */
  readonly until: Date | undefined;
}

export interface DueTask extends TaskPlace {
  /** Of the worker that had it; undefined: nobody has it. */
  readonly leaseId: string | undefined;
  readonly leaseUntil: Date | undefined;
  readonly deadlineAt: Date | undefined;
}

export interface TaskQuery {
  readonly tenantId: string;
  readonly userId: string;
  /** Only those of this session. */
  readonly uid?: string;
  readonly status?: TaskStatus;
  readonly order?: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
}

export interface TaskPage {
  readonly tasks: readonly Task[];
  /** How many match in all. */
  readonly total: number;
}

export interface TypicalTask {
  readonly durationMs: number;
  readonly costMicros: bigint;
  readonly tokens: number;
  /** How many there were, 100 at most. */
  readonly count: number;
}
