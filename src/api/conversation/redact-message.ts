import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import {
  type RedactMessageRequest,
  RedactMessageRequestSchema,
} from "../../../gen/parley/v1/conversation_commands_pb.js";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit } from "../../domain/access.ts";
import type { Decision } from "../../domain/decision.ts";
import { decodeEvent, type EventRecord } from "../../domain/event.ts";
import { messageOf } from "../../domain/message.ts";
import type { Principal } from "../../domain/principal.ts";
import { isRedacted, messageNotFound, redact } from "../../domain/redaction.ts";
import { Turnstile } from "../../log/turnstile.ts";
import type { Written } from "../../log/write-session.ts";
import { callerOf } from "../caller.ts";
import { draftEvent } from "../event.ts";
import { operationOf } from "../operation.ts";
import { OVERTAKEN, untilSettled } from "../overtaken.ts";

/** The event of a message, and the head it was read under; or why there is none to redact. */
type Target = { readonly head: Head; readonly record: EventRecord } | { readonly refusal: unknown };

export function redactMessage(context: Context) {
  // One after the other within a session: of those that came at once, all but one would start anew.
  const turnstile = new Turnstile();
  return async (request: RedactMessageRequest, call: HandlerContext) => {
    const principal = callerOf(call);
    const named = operationOf(context, call, principal, RedactMessageRequestSchema, request);
    const redactOnce = async () => {
      const target = await find(context, principal, request);
      return context.log.write({
        principal,
        id: request.sessionId,
        ...named,
        confirmed: true,
        decide: (found) => decide(context, principal, found, target, request.reason),
      });
    };
    const line = `${principal.tenantId}/${principal.userId}/${request.sessionId}`;
    const written = await turnstile.pass(line, () => untilSettled(redactOnce));
    return responseOf(context, written, request.seq);
  };
}

/** A refusal waits until the write is decided on: a retry has its first answer all the same. */
async function find(
  context: Context,
  principal: Principal,
  { sessionId, seq }: RedactMessageRequest,
): Promise<Target> {
  try {
    const freshness = { consistency: Consistency.STRONG, atLeastVersion: 0 };
    const reading = await context.log.read({ principal, id: sessionId, ...freshness });
    const wish = { afterSeq: seq - 1, upToSeq: seq, limit: 1 };
    const [record] = await context.log.events(reading, wish);
    if (record && messageOf(decodeEvent(record))) return { head: reading.head, record };
    return { refusal: messageNotFound() };
  } catch (refusal) {
    return { refusal };
  }
}

function decide(
  context: Context,
  principal: Principal,
  found: Head | undefined,
  target: Target,
  reason: string | undefined,
): Decision | undefined {
  const { head } = admit(found, principal, context.clock.now(), Permission.OWN);
  if ("refusal" in target) throw target.refusal;
  const { head: seen, record } = target;
  if (head.uid !== seen.uid || head.rewriteSeq !== seen.rewriteSeq) {
    throw OVERTAKEN;
  }
  const event = decodeEvent(record);
  if (isRedacted(event)) return undefined;
  const value = { messageId: event.eventId, messageSeq: event.seq, reason };
  return redact(head, [record], draftEvent(context, principal, { case: "messageRedacted", value }));
}

async function responseOf(context: Context, { head, events }: Written, seq: number) {
  if (head?.session === undefined) throw new Error("a redaction left no head");
  const reading = { head, session: head.session, stale: false, events: undefined };
  const [record] = await context.log.events(reading, { afterSeq: seq - 1, upToSeq: seq, limit: 1 });
  const message = record && messageOf(decodeEvent(record));
  if (message === undefined) throw messageNotFound();
  return { message, version: events.at(-1)?.seq ?? head.session.version };
}
