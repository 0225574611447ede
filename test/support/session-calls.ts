import fc from "fast-check";
import type { RestAnswer, RestClient } from "./rest.ts";

/** A session that calls are made on. */
export interface Subject {
  readonly owner: RestClient;
  /** Works for this session and for no other. */
  readonly worker: RestClient;
  readonly userId: string;
  readonly agentId: string;
  /** Of the session; of its fork once it has been forked. */
  path: string;
  /** Paths of the sessions it was before. */
  readonly originals: string[];
  /** What the worker has, or had. */
  readonly leases: Lease[];
}

export interface Lease {
  readonly taskId: string;
  readonly leaseId: string;
}

/** One call on a session; it may be refused, but must not fail. */
export interface Call {
  readonly name: string;
  send(subject: Subject): Promise<RestAnswer>;
}

export const call = (name: string, send: Call["send"]): Call => ({ name, send });

export const post = (sub: string, body: object) =>
  call(`POST ${sub} ${JSON.stringify(body)}`, ({ owner, path }) => owner.post(path + sub, body));

export const patch = (sub: string, body: object) =>
  call(`PATCH ${sub} ${JSON.stringify(body)}`, ({ owner, path }) => owner.patch(path + sub, body));

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const role = fc.constantFrom("user", "assistant", "system", "tool");
const message = fc.record({ role, content: text });
const messages = fc.array(message, { minLength: 1, maxLength: 3 });
const turn = fc.integer({ min: 1, max: 4 }).map(String);
const seq = fc.integer({ min: 1, max: 15 });
const key = fc.constantFrom("a", "b", "c");
const struct = fc.dictionary(key, fc.constantFrom<unknown>(null, 1, "x", [true], { deep: {} }));
const step = fc.record({
  scenario_id: fc.constantFrom("", "s"),
  step_id: fc.constantFrom(null, "1"),
});

export const DELETE_AND_RESTORE = call("delete and restore", async ({ owner, path }) => {
  await owner.delete(path);
  return owner.post(`${path}/restore`);
});

/** All that can be done to a session but for its work, each as often as it is named. */
export const SESSION_CALLS: fc.Arbitrary<Call> = fc.oneof(
  { weight: 5, arbitrary: messages.map((given) => post("/messages", { messages: given })) },
  fc.tuple(messages, turn).map(([given, to]) => post("/messages", { messages: given, turn: to })),
  fc.record({ name: key, agent_id: key }).map((event) => post("/events", { events: [event] })),
  fc.record({ metadata: struct, user_message: text }).map((begin) => post("/turns", begin)),
  fc
    .tuple(turn, fc.record({ agent_response: text, outcome: key, metadata: struct }))
    .map(([number, end]) => post(`/turns/${number}/end`, end)),
  text.map((content) => post("/comments", { content, reference_point: "turn:1" })),
  fc.constant(
    call("delete the first comment", async ({ owner, path }) => {
      const { body } = await owner.get(`${path}/comments?limit=1`);
      return owner.delete(`${path}/comments/${body.comments?.[0]?.comment_id ?? "none"}`);
    }),
  ),
  fc.boolean().map((keep) => post("/clear", { keep_context: keep })),
  seq.map((at) =>
    call(`redact ${at}`, ({ owner, path }) => owner.delete(`${path}/messages/${at}`)),
  ),
  fc.record({ context: struct, title: text }).map((update) => patch("", update)),
  fc.record({ channel: text, max_history: seq }).map((update) => patch("", update)),
  fc
    .constantFrom("max_history", "title", "context,channel", "labels")
    .map((mask) => patch("", { update_mask: mask })),
  fc
    .record({ variables: struct, rules_fired: fc.array(key) })
    .map((state) => patch("/state", state)),
  fc
    .record({ scenario: step, agents: fc.dictionary(key, struct) })
    .map((state) => patch("/state", state)),
  fc.constantFrom(post("/touch", {}), post("/extend", { ttl: "9000000s" })),
  fc.constant(DELETE_AND_RESTORE),
);
