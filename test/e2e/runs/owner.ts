import { type RestAnswer, type RestClient, rest, uniqueUser } from "../../support/rest.ts";

/** The service under test; its address is known once it runs. */
export interface Target {
  readonly url: string;
}

/** A user, and a worker for nobody else's runs: it claims by an agent that only this user has. */
export interface Pair {
  readonly owner: RestClient;
  readonly worker: RestClient;
  readonly agentId: string;
  readonly userId: string;
}

export function pairOf(target: Target, userId = uniqueUser()): Pair {
  const agentId = `agent-${crypto.randomUUID()}`;
  return {
    userId,
    agentId,
    owner: rest(target.url, { "x-user-id": userId }),
    worker: rest(target.url, { "x-user-id": "worker-1", "x-roles": "worker" }),
  };
}

/** Creates a run and returns its session. */
export async function createRun(
  { owner, agentId }: Pair,
  fields: Record<string, unknown> = {},
): Promise<RestAnswer["body"]> {
  const answer = await owner.post("/api/v1/sessions", {
    prompt: "Compare the two proposals",
    agent_id: agentId,
    ...fields,
  });
  if (answer.status !== 201)
    throw new Error(`a run was not created: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Claims what the pair's agent has to do; undefined where there is nothing. */
export async function claimNext(
  { worker, agentId }: Pair,
  fields: Record<string, unknown> = {},
): Promise<RestAnswer["body"] | undefined> {
  const answer = await worker.post("/api/v1/worker/tasks/claim", {
    worker_id: "worker-1",
    agent_ids: [agentId],
    ...fields,
  });
  if (answer.status !== 200) throw new Error(`a claim failed: ${JSON.stringify(answer.body)}`);
  return answer.body.assignment ?? undefined;
}

/** What a worker says about a task it has, or had. */
export function say(
  { worker }: Pair,
  what: "heartbeat" | "progress" | "output" | "usage" | "complete" | "fail",
  lease: { readonly task: { readonly task_id: string }; readonly lease_id: string },
  fields: Record<string, unknown> = {},
): Promise<RestAnswer> {
  const body = { lease_id: lease.lease_id, ...fields };
  return worker.post(`/api/v1/worker/tasks/${lease.task.task_id}/${what}`, body);
}
