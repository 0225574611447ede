import { rest } from "../../../support/rest.ts";
import type { GuardedService } from "../service.ts";
import type { Caller, Kind } from "./kinds.ts";

/** A session, and the names of what belongs to it. */
export interface World {
  readonly sessionId: string;
  readonly path: string;
  readonly agentId: string;
  /** What a row has prepared besides. */
  readonly made: Record<string, string>;
}

export interface Stage {
  readonly service: GuardedService;
  readonly callers: Readonly<Record<Kind, Caller>>;
}

/** Makes something more of a session, as its owner; what it returns is added to `made`. */
export type Preparation = (
  owner: ReturnType<typeof rest>,
  path: string,
  stage: Stage,
) => Promise<Record<string, string>>;

const SHARES = ["viewer", "editor", "collaborator"] as const;
const PERMISSIONS = { viewer: "view", editor: "edit", collaborator: "collaborate" } as const;

/** A session with a turn, shared with one of each. */
export async function newWorld(stage: Stage, prepare?: Preparation): Promise<World> {
  const { service, callers } = stage;
  const owner = rest(service.url, callers.owner.headers);
  // So that it can be told from all others of its owner.
  const agent_id = crypto.randomUUID();
  const created = { title: "of the owner", agent_id };
  const session = must(await owner.post("/api/v1/sessions", created));
  const path = `/api/v1/sessions/${session.session_id}`;
  const messages = [
    { role: "user", content: "hello" },
    { role: "assistant", content: "hi" },
  ];
  must(await owner.post(`${path}/messages`, { messages }));
  for (const kind of SHARES) {
    const recipients = [callers[kind].userId];
    must(await owner.post(`${path}/share`, { recipients, permissions: PERMISSIONS[kind] }));
  }
  const made = prepare === undefined ? {} : await prepare(owner, path, stage);
  return { sessionId: session.session_id, path, agentId: agent_id, made };
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body.
export function must({ status, body }: { status: number; body: any }): any {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}
