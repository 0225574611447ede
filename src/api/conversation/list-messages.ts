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

const DEFAULT_LIMIT = 50;

export function listMessages(context: Context) {
  return async (request: ListMessagesRequest, call: HandlerContext) => {
    const wish = wishOf(request);
    const reading = await context.log.read({
      principal: callerOf(call),
      id: request.sessionId,
      ...freshnessOf(request),
      want: { eventsAfter: wish.afterSeq },
    });
    const page = await context.log.messages(reading, wish);
    markStale(call, reading);
    return {
      messages: [...page.messages],
      total: page.total,
      hasMore: page.hasMore,
      nextPageToken: page.hasMore ? tokenAfter(page, request) : "",
      version: reading.session.version,
    };
  };
}

function wishOf(request: ListMessagesRequest): MessageWish {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const wish: MessageWish = {
    order: orderOf(request, "asc"),
    afterSeq: Math.min(request.afterSeq ?? 0, MAX_SEQ),
    beforeSeq: request.beforeSeq,
    role: request.role === Role.UNSPECIFIED ? undefined : request.role,
    limit,
    offset: offsetOf(request, limit),
  };
  return request.pageToken === "" ? wish : { ...wish, place: placeOf(request) };
}

function placeOf(request: ListMessagesRequest): number {
  const [seq] = decodePageToken(request.pageToken, queryOf(request));
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 0 || seq > MAX_SEQ) {
    throw invalidArgument("page_token", "is not a token of this list");
  }
  return seq;
}

function tokenAfter(page: MessagePage, request: ListMessagesRequest): string {
  return encodePageToken([page.messages.at(-1)?.seq ?? 0], queryOf(request));
}

/** What makes two calls pages of one list. */
function queryOf(request: ListMessagesRequest): object {
  const { sessionId, afterSeq, beforeSeq, role } = request;
  return { sessionId, afterSeq, beforeSeq, role, order: orderOf(request, "asc") };
}
