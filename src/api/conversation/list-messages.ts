import type { HandlerContext } from "@connectrpc/connect";
import type { ListMessagesRequest } from "../../../gen/parley/v1/conversation_queries_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import type { Context } from "../../context.ts";
import { invalidArgument } from "../../domain/errors.ts";
import { MAX_SEQ } from "../../domain/event.ts";
import { decodePageToken, encodePageToken } from "../../domain/page-token.ts";
import type { MessagePage, MessageWish } from "../../log/read-messages.ts";
import { callerOf } from "../caller.ts";
import { freshnessOf, markStale } from "../freshness.ts";
import { offsetOf, orderOf } from "../paging.ts";
import { lastEvents } from "../tail.ts";

const DEFAULT_LIMIT = 50;
/** How many events there are for a message, at most in most sessions. */
const EVENTS_PER_MESSAGE = 2;

export function listMessages(context: Context) {
  return async (request: ListMessagesRequest, call: HandlerContext) => {
    const wish = wishOf(request);
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: lastEvents(wish, EVENTS_PER_MESSAGE) ?? { eventsAfter: wish.afterSeq },
    });
    const page = await context.log.messages(reading, wish);
    markStale(call, reading);
    return { ...pageOf(page, request), version: reading.session.version };
  };
}

/** The last ones are read from the end, so that a large page lacks the oldest of them. */
function wishOf(request: ListMessagesRequest): MessageWish {
  const limit = request.last ?? request.limit ?? DEFAULT_LIMIT;
  const wish: MessageWish = {
    order: request.last === undefined ? orderOf(request, "asc") : "desc",
    afterSeq: Math.min(request.afterSeq ?? 0, MAX_SEQ),
    beforeSeq: request.beforeSeq,
    role: request.role === Role.UNSPECIFIED ? undefined : request.role,
    withinHistory: !namesPlace(request),
    limit,
    offset: offsetOf(request, limit),
  };
  return request.pageToken === "" ? wish : { ...wish, place: placeOf(request) };
}

function namesPlace({ offset, page, pageToken, afterSeq, beforeSeq }: ListMessagesRequest) {
  return pageToken !== "" || [offset, page, afterSeq, beforeSeq].some((at) => at !== undefined);
}

function pageOf({ messages, total, hasMore }: MessagePage, request: ListMessagesRequest) {
  if (request.last === undefined) {
    const nextPageToken = hasMore ? tokenAfter(messages, request) : "";
    return { messages: [...messages], total, hasMore, nextPageToken };
  }
  const inOrder = orderOf(request, "asc") === "asc" ? messages.toReversed() : [...messages];
  return { messages: inOrder, total, hasMore, nextPageToken: "" };
}

function placeOf(request: ListMessagesRequest): number {
  const [seq] = decodePageToken(request.pageToken, queryOf(request));
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 0 || seq > MAX_SEQ) {
    throw invalidArgument("page_token", "is not a token of this list");
  }
  return seq;
}

function tokenAfter(messages: MessagePage["messages"], request: ListMessagesRequest): string {
  return encodePageToken([messages.at(-1)?.seq ?? 0], queryOf(request));
}

/** What makes two calls pages of one list. */
function queryOf(request: ListMessagesRequest): object {
  const { sessionId, afterSeq, beforeSeq, role } = request;
  return { sessionId, afterSeq, beforeSeq, role, order: orderOf(request, "asc") };
}
