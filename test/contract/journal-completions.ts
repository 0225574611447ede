import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema } from "../../gen/parley/v1/event_pb.js";
import { TaskSubmittedSchema } from "../../gen/parley/v1/task_event_pb.js";
import { TaskSchema } from "../../gen/parley/v1/task_pb.js";
import { changeState } from "../../src/domain/decision.ts";
import type { EventDraft } from "../../src/domain/event.ts";
import type { Journal } from "../../src/journal/port.ts";
import { committed, newSession, operation } from "./journal-writes.ts";

type Happening = readonly [taskId: string, payload: EventDraft["payload"]];

function submitted(taskId: string, number: number, first = false): Happening {
  const task = create(TaskSchema, { taskId, number, createdAt: timestampFromDate(new Date()) });
  return [taskId, { case: "taskSubmitted", value: create(TaskSubmittedSchema, { task, first }) }];
}

function claimed(taskId: string): Happening {
  return [taskId, { case: "taskClaimed", value: { workerId: "w", attempt: 1 } }];
}

function completed(taskId: string): Happening {
  return [taskId, { case: "taskCompleted", value: {} }];
}

async function happen(journal: Journal, head: Head, ...all: Happening[]): Promise<Head> {
  const drafts = all.map(([taskId, payload]) => {
    const eventId = randomUUID();
    return { eventId, at: new Date(), actor: create(ActorSchema), taskId, payload };
  });
  const { uid, session } = head;
  const basedOn = { state: session!.stateVersion };
  const change = { operation: operation(), uid, basedOn, ...changeState(head, drafts) };
  return committed(await journal.changeSession(change)).head;
}

/** Where tasks were completed, in every journal. */
export function completionContract(journalOf: () => Journal): void {
  it("tells where a task was completed last, whatever the tasks' numbers", async () => {
    const journal = journalOf();
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    const last = async ({ uid }: Head) => journal.lastCompletion(uid);
    let head = await newSession(journal);
    head = await happen(journal, head, submitted(one, 1), claimed(one), submitted(two, 2));
    expect(await last(head)).toBeUndefined();
    head = await happen(journal, head, submitted(three, 3, true));
    head = await happen(journal, head, claimed(three), completed(three));
    expect(await last(head)).toBe(7);
    head = await happen(journal, head, [one, { case: "taskFailed", value: {} }], claimed(two));
    expect(await last(head)).toBe(7);
    // What was written with it comes behind it.
    head = await happen(journal, head, completed(two), [two, { case: "agentEvent", value: {} }]);
    expect(await last(head)).toBe(11);
  });

  it("tells of nobody else's", async () => {
    const journal = journalOf();
    const taskId = randomUUID();
    const other = await newSession(journal);
    await happen(journal, other, submitted(taskId, 1), claimed(taskId), completed(taskId));
    const { uid } = await newSession(journal);
    expect(await journal.lastCompletion(uid)).toBeUndefined();
    expect(await journal.lastCompletion(randomUUID())).toBeUndefined();
  });
}
