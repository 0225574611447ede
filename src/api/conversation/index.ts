import type { ServiceImpl } from "@connectrpc/connect";
import type { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import type { Context } from "../../context.ts";
import { appendEvents } from "./append-events.ts";
import { appendMessages } from "./append-messages.ts";
import { clearHistory } from "./clear-history.ts";
import { getMessage } from "./get-message.ts";
import { listEvents } from "./list-events.ts";
import { listMessages } from "./list-messages.ts";
import { listTurnEvents } from "./list-turn-events.ts";
import { listTurns } from "./list-turns.ts";
import { publishPartial } from "./publish-partial.ts";
import { redactMessage } from "./redact-message.ts";
import { watchSession } from "./watch-session.ts";

export function conversationService(context: Context) {
  return {
    appendMessages: appendMessages(context),
    appendEvents: appendEvents(context),
    publishPartial: publishPartial(context),
    clearHistory: clearHistory(context),
    redactMessage: redactMessage(context),
    getMessage: getMessage(context),
    listMessages: listMessages(context),
    listTurns: listTurns(context),
    listTurnEvents: listTurnEvents(context),
    listEvents: listEvents(context),
    watchSession: watchSession(context),
  } satisfies ServiceImpl<typeof ConversationService>;
}
