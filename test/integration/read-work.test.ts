import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createClient, createRouterTransport, type Interceptor } from "@connectrpc/connect";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { type Actor, ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { RunService } from "../../gen/parley/v1/run_service_pb.js";
import {
  Consistency,
  SessionSchema,
  SessionStatus,
  SessionType,
} from "../../gen/parley/v1/session_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { TaskSchema, TaskStatus } from "../../gen/parley/v1/task_pb.js";
import { callerKey } from "../../src/api/caller.ts";
import { conversationService } from "../../src/api/conversation/index.ts";
import { getSessionHistory } from "../../src/api/runs/get-session-history.ts";
import { getSessionMetrics } from "../../src/api/runs/get-session-metrics.ts";
import { getSessionResults } from "../../src/api/runs/get-session-results.ts";
import { sessionService } from "../../src/api/sessions/index.ts";
import { systemClock } from "../../src/clock.ts";
import { changeState } from "../../src/domain/decision.ts";
import { type EventDraft, newEvent, unplacedEvent } from "../../src/domain/event.ts";
import { foldEvents } from "../../src/domain/fold.ts";
import { DEFAULT_RETENTION } from "../../src/domain/retention.ts";
import { changedTasks } from "../../src/domain/task-record.ts";
import { DEFAULT_WORK_POLICY } from "../../src/domain/work-policy.ts";
import { uuidV7 } from "../../src/ids.ts";
import { openPgliteJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";
import { openMemoryView } from "../../src/live/index.ts";
import { createLog, type Log } from "../../src/log/log.ts";
import { operation } from "../../src/log/testing/scripted-log.ts";
import { OWNER } from "../../src/log/testing/sessions.ts";
import { mapErrors } from "../../src/server/interceptors/errors.ts";

const actor: Actor = create(ActorSchema, { type: ActorType.WORKER, id: "w" });

/** What happens, one second after another. */
interface Step {
  readonly payload: EventDraft["payload"];
  readonly taskId?: string;
}

const task = (taskId: string, number: number) =>
  create(TaskSchema, { taskId, number, type: "research", createdAt: timestampFromMs(number) });
const submitted = (taskId: string, number: number, first = false): Step => {
  const value = { task: task(taskId, number), first };
  return { payload: { case: "taskSubmitted", value } as Step["payload"], taskId };
};
const said = (role: Role, content: string, taskId?: string): Step => ({
  payload: { case: "message", value: { role, content } },
  ...(taskId !== undefined && { taskId }),
});
const claimed = (taskId: string): Step => {
  return { payload: { case: "taskClaimed", value: { workerId: "w", attempt: 1 } }, taskId };
};
const progressed = (taskId: string, progress: number): Step => {
  const value = { progress, currentStage: `stage ${progress}` };
  return { payload: { case: "taskProgressed", value }, taskId };
};
const used = (taskId: string): Step => {
  const value = { model: "m", agentId: "critic", inputTokens: 5n, cost: 0.25 };
  return { payload: { case: "usageReported", value } as Step["payload"], taskId };
};
const completed = (taskId: string, result = `of ${taskId}`): Step => {
  const value = { result, metadata: { kept: true } };
  return { payload: { case: "taskCompleted", value }, taskId };
};

describe("what is read of the work of a session", () => {
  let journal: Journal;
  let log: Log;
  let seconds = 0;
  let clients: ReturnType<typeof connect>;

  function connect() {
    const logger = pino({ level: "silent" });
    const shutdown = new AbortController().signal;
    const work = DEFAULT_WORK_POLICY;
    const retention = DEFAULT_RETENTION;
    const context = { log, clock: systemClock, ids: uuidV7, work, retention, logger, shutdown };
    const asOwner: Interceptor = (next) => (request) => {
      request.contextValues.set(callerKey, OWNER);
      return next(request);
    };
    const transport = createRouterTransport(
      (router) => {
        router.service(SessionService, sessionService(context));
        router.service(ConversationService, conversationService(context));
        router.service(RunService, {
          getSessionHistory: getSessionHistory(context),
          getSessionMetrics: getSessionMetrics(context),
          getSessionResults: getSessionResults(context),
        });
      },
      { router: { interceptors: [mapErrors(logger), asOwner] } },
    );
    return {
      sessions: createClient(SessionService, transport),
      conversation: createClient(ConversationService, transport),
      runs: createClient(RunService, transport),
    };
  }

  beforeAll(async () => {
    journal = await openPgliteJournal();
    const live = openMemoryView({ boundMs: Number.POSITIVE_INFINITY });
    const logger = pino({ level: "silent" });
    const stalenessMs = Number.POSITIVE_INFINITY;
    log = createLog({ journal, live, clock: systemClock, logger, stalenessMs });
    clients = connect();
  });
  afterAll(async () => {
    log.close();
    await journal.close();
  });

  function draft({ payload, taskId }: Step): EventDraft {
    const at = new Date(1_700_000_000_000 + 1000 * ++seconds);
    return { eventId: randomUUID(), at, actor, payload, ...(taskId !== undefined && { taskId }) };
  }

  async function begin(sessionType: SessionType, ...steps: Step[]): Promise<string> {
    const sessionId = randomUUID();
    const { tenantId, userId } = OWNER;
    const status =
      sessionType === SessionType.UNSPECIFIED ? SessionStatus.ACTIVE : SessionStatus.QUEUED;
    const session = create(SessionSchema, { sessionId, tenantId, userId, sessionType, status });
    session.createdAt = timestampFromMs(Date.now());
    const created: Step = { payload: { case: "sessionCreated", value: { session } } as never };
    const drafts = [created, ...steps].map(draft);
    const events = drafts.map(unplacedEvent);
    const empty = create(HeadSchema, { uid: randomUUID(), session: create(SessionSchema) });
    const head = foldEvents(empty, events);
    const tasks = changedTasks(empty, head, events);
    await log.create({ operation: operation(), head, events: drafts.map(newEvent), tasks }, false);
    return sessionId;
  }

  async function happens(id: string, ...steps: Step[]): Promise<void> {
    const drafts = steps.map(draft);
    await log.write({
      principal: OWNER,
      id,
      operation: operation(),
      retryable: false,
      decide: (head) => changeState(head!, drafts),
    });
  }

  /** A run that came to its end; its id is that of its task. */
  async function run() {
    const taskId = randomUUID();
    const id = await begin(
      SessionType.RESEARCH,
      submitted(taskId, 1),
      said(Role.USER, "q", taskId),
    );
    await happens(id, claimed(taskId));
    await happens(id, progressed(taskId, 10));
    await happens(id, progressed(taskId, 50), used(taskId));
    return { id, taskId };
  }

  describe("of a run", () => {
    it("results are there once it has completed, wherever they are read from", async () => {
      const { sessions, runs } = clients;
      const { id: sessionId, taskId } = await run();
      const early = runs.getSessionResults({ sessionId });
      await expect(early).rejects.toMatchObject({ rawMessage: expect.stringContaining("nothing") });
      expect((await sessions.getSession({ sessionId })).session).toMatchObject({
        status: SessionStatus.RUNNING,
      });
      await happens(sessionId, said(Role.ASSISTANT, "a", taskId), completed(taskId, "a"));
      for (const consistency of [Consistency.LIVE, Consistency.STRONG]) {
        const { session } = await sessions.getSession({ sessionId, consistency });
        expect(session).toMatchObject({
          status: SessionStatus.COMPLETED,
          results: { output: "a" },
        });
        const plain = await runs.getSessionResults({ sessionId, consistency });
        expect(plain).toMatchObject({ sessionId, results: { output: "a" }, summary: "a" });
        expect(plain.executionMetadata).toBeUndefined();
        const full = await runs.getSessionResults({
          sessionId,
          includeMetadata: true,
          consistency,
        });
        expect(full.executionMetadata).toMatchObject({
          task: { taskId, result: "a", durationMs: 5000n, totalTokens: 5n },
          metadata: { kept: true },
        });
      }
    });

    it("results are found behind many later events", async () => {
      const { sessions, conversation } = clients;
      const { id: sessionId, taskId } = await run();
      await happens(sessionId, completed(taskId, "far"));
      const events = Array.from({ length: 100 }, () => ({ name: "note" }));
      for (let n = 0; n < 8; n++) await conversation.appendEvents({ sessionId, events });
      const { session } = await sessions.getSession({ sessionId });
      expect(session?.results).toEqual({ output: "far" });
    });

    it("results have one form", async () => {
      const { id: sessionId } = await run();
      const markdown = clients.runs.getSessionResults({ sessionId, format: "markdown" });
      await expect(markdown).rejects.toMatchObject({
        rawMessage: expect.stringContaining("format"),
      });
    });

    it("history is the same in pages of any size", async () => {
      const { id: sessionId, taskId } = await run();
      await happens(sessionId, completed(taskId));
      const whole = await clients.runs.getSessionHistory({ sessionId });
      expect(whole).toMatchObject({
        total: 1,
        totalEvents: 8,
        hasMore: false,
        nextOffset: 8,
        tasks: [{ taskId, status: TaskStatus.COMPLETED }],
      });
      expect(whole.stageTransitions.map(({ stage, status }) => stage ?? status)).toEqual([
        ...[TaskStatus.QUEUED, TaskStatus.INITIALIZING, "stage 10", "stage 50"],
        TaskStatus.COMPLETED,
      ]);
      for (const limit of [1, 2, 3, 7]) {
        const pages = [];
        for (let offset = 0, more = true; more; ) {
          const page = await clients.runs.getSessionHistory({ sessionId, limit, offset });
          pages.push(page);
          expect(page.nextOffset - offset).toBe(Math.min(limit, 8 - offset));
          offset = page.nextOffset;
          more = page.hasMore;
        }
        const lists = [
          ...["tasks", "timeline", "stageTransitions"],
          ...["resourceAllocations", "decisionPoints"],
        ] as const;
        for (const list of lists) {
          const key = list as "timeline";
          expect(pages.flatMap((page) => page[key])).toEqual(whole[key]);
        }
      }
      const beyond = await clients.runs.getSessionHistory({ sessionId, offset: 9 });
      expect(beyond).toMatchObject({ tasks: [], timeline: [], total: 1, hasMore: false });
    });

    it("figures come with its task", async () => {
      const { id: sessionId, taskId } = await run();
      await happens(sessionId, completed(taskId));
      expect(await clients.runs.getSessionMetrics({ sessionId })).toMatchObject({
        sessionId,
        executionTime: 4n,
        efficiencyScore: 1,
        resourceUsage: { tokensUsed: 5n, messageCount: 1, eventCount: 8 },
        costBreakdown: { total: 0.25 },
        tasks: [{ taskId, status: TaskStatus.COMPLETED }],
      });
    });
  });

  describe("of a conversation", () => {
    it("results are those of what completed last, whatever its number", async () => {
      const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
      const id = await begin(SessionType.UNSPECIFIED, submitted(one, 1), claimed(one));
      await happens(id, submitted(two, 2));
      await happens(id, submitted(three, 3, true));
      await happens(id, claimed(three), completed(three));
      const { uid } = (await log.read(reading(id))).head;
      expect(await journal.lastCompletion(uid)).toBe(7);
      await happens(id, completed(one), claimed(two), completed(two));
      expect(await journal.lastCompletion(uid)).toBe(10);
      const results = await clients.runs.getSessionResults({ sessionId: id });
      expect(results.summary).toBe(`of ${two}`);
      const { session } = await clients.sessions.getSession({ sessionId: id });
      expect(session?.results).toBeUndefined();
    });

    it("there are none where nothing completed, nor in a fork of what did", async () => {
      const { sessions, runs } = clients;
      const { id: sessionId, taskId } = await run();
      await happens(sessionId, completed(taskId));
      const fork = await sessions.forkSession({ sessionId });
      const forked = fork.session!.sessionId;
      await expect(runs.getSessionResults({ sessionId: forked })).rejects.toThrow(/completed/);
      const history = await runs.getSessionHistory({ sessionId: forked });
      expect(history).toMatchObject({ tasks: [], total: 0, totalEvents: 9 });
      expect(await runs.getSessionMetrics({ sessionId: forked })).toMatchObject({ tasks: [] });
      expect(await journal.lastCompletion(randomUUID())).toBeUndefined();
    });

    it("history leaves no task out where not all of a page fit", async () => {
      const tasks = Array.from({ length: 12 }, () => randomUUID());
      const id = await begin(SessionType.UNSPECIFIED);
      await happens(id, ...tasks.map((taskId, i) => submitted(taskId, i + 1)));
      const large = "x".repeat(600_000);
      for (const taskId of tasks) await happens(id, claimed(taskId), completed(taskId, large));
      const first = await clients.runs.getSessionHistory({ sessionId: id, limit: 12 });
      expect(first.tasks.length).toBeGreaterThan(0);
      expect(first.tasks.length).toBeLessThan(12);
      expect(first).toMatchObject({ total: 12, hasMore: true, nextOffset: first.tasks.length });
      expect(first.timeline).toHaveLength(first.tasks.length);
      const rest = await clients.runs.getSessionHistory({
        sessionId: id,
        offset: first.nextOffset,
      });
      expect(rest.timeline[0]?.seq).toBe(first.nextOffset + 1);
      const told = [...first.tasks, ...rest.tasks].map(({ taskId }) => taskId);
      expect(told).toEqual(tasks);
    });

    it("turns tell of the task that worked on them", async () => {
      const taskId = randomUUID();
      const id = await begin(SessionType.UNSPECIFIED, submitted(taskId, 1));
      await happens(id, said(Role.USER, "q", taskId));
      await happens(id, claimed(taskId), used(taskId), said(Role.ASSISTANT, "draft", taskId));
      await happens(id, completed(taskId, "final"));
      const { turns } = await clients.conversation.listTurnEvents({ sessionId: id });
      expect(turns).toMatchObject([
        {
          taskId,
          userQuery: "q",
          finalOutput: "final",
          metadata: { tokensUsed: 5, agentsInvolved: ["critic"] },
        },
      ]);
    });
  });
});

function reading(id: string) {
  return { principal: OWNER, id, consistency: Consistency.LIVE, atLeastVersion: 0 };
}
