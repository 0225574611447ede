import { type RestClient, rest } from "../../support/rest.ts";
import type { Json } from "../../support/signed-token.ts";
import { type GuardedService, tokenFor } from "../access/service.ts";

/** The servers of a test: owners call the first, those who are let in the last. */
export type Servers = () => readonly [GuardedService, ...GuardedService[]];

export interface Person extends RestClient {
  readonly id: string;
  readonly headers: Record<string, string>;
}

/** Somebody new, by a token; `claims` say more of them. */
export function person(server: GuardedService, claims: Json = {}): Person {
  const id = typeof claims.sub === "string" ? claims.sub : `user-${crypto.randomUUID()}`;
  const headers = { authorization: `Bearer ${tokenFor(server, { ...claims, sub: id })}` };
  return { id, headers, ...rest(server.url, headers) };
}

/** The path of a new conversation with two messages. */
export async function conversationOf(owner: Person, session: Json = {}): Promise<string> {
  const made = await owner.post("/api/v1/sessions", { title: "shared", ...session });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const path = `/api/v1/sessions/${made.body.session_id}`;
  const messages = [
    { role: "user", content: "hello" },
    { role: "assistant", content: "hi" },
  ];
  const said = await owner.post(`${path}/messages`, { messages });
  if (said.status !== 201) throw new Error(JSON.stringify(said.body));
  return path;
}

/** Shares with one person; the share's path. */
export async function shareWith(
  owner: Person,
  path: string,
  recipient: string,
  permissions = "view",
  more: Json = {},
): Promise<string> {
  const body = { recipients: [recipient], permissions, ...more };
  const made = await owner.post(`${path}/share`, body);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return `${path}/shares/${made.body.share_id}`;
}
