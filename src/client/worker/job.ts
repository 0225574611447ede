import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import type { NewAgentEventSchema } from "../../../gen/parley/v1/conversation_commands_pb.js";
import { type Session, SessionSchema } from "../../../gen/parley/v1/session_pb.js";
import type { Task } from "../../../gen/parley/v1/task_pb.js";
import type { AppendTaskOutputResponse } from "../../../gen/parley/v1/worker_requests_pb.js";
import { quiet } from "./backoff.ts";
import type { Lease } from "./lease.ts";
import {
  type MessageStream,
  messageStream,
  type NewMessage,
  type StreamTarget,
} from "./message-stream.ts";
import type { TaskWriter } from "./task-writer.ts";
import { type UsageReport, UsageReports } from "./usage-reports.ts";

export type NewAgentEvent = MessageInitShape<typeof NewAgentEventSchema>;

export interface Progress {
  /** How far the work is, 0 to 100; of a fraction the whole part. Unset: as before. */
  readonly progress?: number;
  /** What it is at. Unset: as before. */
  readonly stage?: string;
  /** For people to read. */
  readonly message?: string;
  /** The worker's own id for this work. */
  readonly workflowId?: string;
}

/** What is added to the session's log. */
export interface Output {
  readonly messages?: readonly NewMessage[];
  readonly events?: readonly NewAgentEvent[];
}

/**
 * One task and what can be done for it. What is written is in the log in the order of the calls,
 * once, however often it had to be sent. Nobody has to wait for a write: the task's end comes
 * after all of them.
 *
 * Every method throws JobAborted once `signal` is aborted, and PermanentError where the server
 * refuses what it was given.
 */
export interface Job {
  /** The task as it was claimed. */
  readonly task: Task;
  /** The session as it stood then. */
  readonly session: Session;
  /** Aborted with a JobAborted once there is nothing more to be done: hand it to whatever waits. */
  readonly signal: AbortSignal;
  /** True while the task is held. */
  readonly paused: boolean;
  /** Waits while the task is held. To be called wherever the work can be interrupted. */
  checkpoint(): Promise<void>;
  /** Says how far the work is. The first time makes the task `running`; only then it can be held. */
  progress(report?: Progress): Promise<void>;
  /** Appends messages, and events behind them, to the session. */
  append(output: Output): Promise<AppendTaskOutputResponse>;
  /** Begins a message of the assistant that watchers see grow. Default id: a new one. */
  stream(messageId?: string): MessageStream;
  /** Says what was used up. To be waited for where a spent budget should hold the work. */
  usage(reports: UsageReport | readonly UsageReport[]): Promise<void>;
  /** Keeps a decision, for the session's history. */
  decide(description: string, payload?: JsonObject): Promise<void>;
}

/** What a job is made of. */
export interface JobParts {
  readonly task: Task;
  readonly session: Session | undefined;
  readonly signal: AbortSignal;
  /** Aborted with `signal`, and once the handler has returned. */
  readonly closed: AbortSignal;
  readonly lease: Lease;
  readonly writer: TaskWriter;
  readonly streams: Pick<StreamTarget, "publish" | "said">;
}

export function createJob(parts: JobParts): Job {
  const { task, session, signal, closed, lease, writer } = parts;
  const reports = new UsageReports(lease, writer);
  /** What is asked for after the end is not given to the writer. */
  const whileOpen = <T>(write: () => Promise<T>): Promise<T> =>
    quiet(closed.aborted ? Promise.reject(closed.reason) : write());
  const append: Job["append"] = ({ messages = [], events = [] }) => {
    const output = { messages: [...messages], events: [...events] };
    return whileOpen(() => writer.write("appendTaskOutput", () => output));
  };
  return {
    task,
    session: session ?? create(SessionSchema, { sessionId: task.sessionId }),
    signal,
    get paused() {
      return lease.paused;
    },
    checkpoint: () => lease.whenNotPaused(signal),
    progress: (report = {}) => whileOpen(() => reportProgress(writer, lease, report)),
    append,
    stream: (messageId) => messageStream({ ...parts.streams, closed, append }, messageId),
    usage: (used) => whileOpen(() => reports.send(isList(used) ? used : [used])),
    decide: (message, payload) => {
      const decided = append({ events: [{ name: "decision", message, payload }] });
      return quiet(decided.then(() => undefined));
    },
  };
}

async function reportProgress(writer: TaskWriter, lease: Lease, report: Progress): Promise<void> {
  const { progress, stage: currentStage, message, workflowId } = report;
  const { signal } = await writer.write("reportProgress", () => {
    return { progress: progress && percent(progress), currentStage, message, workflowId };
  });
  lease.heed(signal);
}

function percent(progress: number): number {
  return Math.floor(Math.min(100, Math.max(0, progress)));
}

function isList(used: UsageReport | readonly UsageReport[]): used is readonly UsageReport[] {
  return Array.isArray(used);
}
