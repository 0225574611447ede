import { expect } from "vitest";
import { type RestClient, rest } from "../../support/rest.ts";

/** Who takes part, with words of its own in everything it writes. */
export interface Person {
  readonly user: string;
  readonly client: RestClient;
  /** A word that is in no other place. */
  word(place: string): string;
  readonly words: readonly string[];
}

export function person(url: string, name: string): Person {
  const user = `${name}-${crypto.randomUUID()}`;
  const salt = crypto.randomUUID().replaceAll("-", "");
  const words: string[] = [];
  return {
    user,
    client: rest(url, { "x-user-id": user }),
    word(place) {
      const word = `zq${place}${salt}`;
      words.push(word);
      return word;
    },
    words,
  };
}

export interface Staff {
  readonly admin: RestClient;
  readonly worker: RestClient;
}

const SESSIONS = "/api/v1/sessions";

async function done<T extends { status: number; body: unknown }>(answer: Promise<T>): Promise<T> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return answer;
}

/** A conversation with all a caller can put into one. */
export async function converse({ client, word, user }: Person): Promise<string> {
  const id = word("sessionid");
  const created = {
    session_id: id,
    external_id: word("externalid"),
    title: word("title"),
    agent_id: word("agent"),
    metadata: { [word("metakey")]: word("metavalue") },
    context: { note: word("context") },
    labels: { label: word("label") },
    channel: word("channel"),
    user_channel_id: user,
  };
  const headers = { "idempotency-key": word("idempotency") };
  await done(client.post(SESSIONS, created, headers));
  const messages = [
    { role: "user", content: word("question") },
    { role: "assistant", content: word("answer") },
  ];
  await done(client.post(`${SESSIONS}/${id}/messages`, { messages }, headers));
  await done(client.patch(`${SESSIONS}/${id}`, { title: word("newtitle") }));
  const fragment = {
    message_id: crypto.randomUUID(),
    role: "assistant",
    offset: 0,
    text: word("partial"),
  };
  await done(client.post(`${SESSIONS}/${id}/partials`, fragment));
  await done(client.post(`${SESSIONS}/${id}/fork`, { session_id: word("fork") }));
  return id;
}

/** A run that has completed, one that is worked on and one that waits. */
export async function research({ client, word }: Person, staff: Staff): Promise<void> {
  for (const stage of ["done", "running"]) {
    const agent = word(`${stage}agent`);
    const run = { prompt: word(`${stage}prompt`), agent_id: agent, budget: { max_cost: 1 } };
    await done(client.post(SESSIONS, run));
    const wish = { worker_id: "w", agent_ids: [agent], lease_seconds: 600 };
    const { body } = await done(staff.worker.post("/api/v1/worker/tasks/claim", wish));
    const { task, lease_id } = body.assignment;
    const say = (what: string, fields: object) =>
      done(
        staff.worker.post(`/api/v1/worker/tasks/${task.task_id}/${what}`, { lease_id, ...fields }),
      );
    await say("progress", { progress: 10, current_stage: word(`${stage}stage`) });
    await say("usage", { reports: [{ model: word(`${stage}model`), cost: 0.25 }] });
    if (stage === "done") await say("complete", { result: word("result") });
  }
  await done(client.post(SESSIONS, { prompt: word("waiting"), budget: { max_cost: 1 } }));
}

/** A deleted session, and one whose time is over soon. */
export async function leave({ client, word }: Person): Promise<string> {
  const { body: gone } = await done(client.post(SESSIONS, { title: word("deleted") }));
  await done(client.delete(`${SESSIONS}/${gone.session_id}`));
  const { body: brief } = await done(
    client.post(SESSIONS, { title: word("archived"), ttl_seconds: 2 }),
  );
  const messages = [{ role: "user", content: word("packed") }];
  await done(client.post(`${SESSIONS}/${brief.session_id}/messages`, { messages }));
  return brief.session_id;
}

/** Money and a key. */
export async function equip({ user, word }: Person, { admin }: Staff): Promise<void> {
  const deposit = { amount: 10, note: word("note") };
  await done(admin.post(`/api/v1/accounts/${user}/deposits`, deposit));
  await done(admin.post("/api/v1/keys", { name: word("key"), user_id: user }));
}

/** Leaves the guest's name in sessions of somebody else, by all the ways into one. */
export async function visit(guest: Person, host: Person): Promise<void> {
  const made = async ({ client }: Person) =>
    `${SESSIONS}/${(await done(client.post(SESSIONS, { title: "for two" }))).body.session_id}`;
  const messages = [{ role: "user", content: "said together" }];
  const path = await made(host);
  const share = { recipients: [guest.user], permissions: "collaborate" };
  await done(host.client.post(`${path}/share`, share));
  await done(guest.client.post(`${path}/messages`, { messages }));
  await done(guest.client.post(`${path}/comments`, { content: "a remark" }));
  const { secret } = (await done(host.client.post(`${path}/share-links`))).body;
  await done(guest.client.post(`/api/v1/shared/links/${secret}`));
  // What was the guest's and is the host's: given away, and copied.
  const given = await made(guest);
  await done(guest.client.post(`${given}/messages`, { messages }));
  const full = { recipients: [host.user], permissions: "edit" };
  await done(guest.client.post(`${given}/share`, full));
  await done(host.client.post(`${given}/fork`));
  const transfer = { to_user_id: host.user, keep: "view" };
  await done(guest.client.post(`${given}/transfer`, transfer));
  await done(guest.client.get(given));
}
