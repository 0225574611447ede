import type { ConnectRouter } from "@connectrpc/connect";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import type { Context } from "../context.ts";
import { conversationService } from "./conversation/index.ts";
import { sessionService } from "./sessions/index.ts";

/** Every service, in the order in which they are described. */
export const SERVICES = [SessionService, ConversationService] as const;

/** The whole surface of Parley: every service and what answers it. */
export function registerServices(router: ConnectRouter, context: Context): void {
  router.service(SessionService, sessionService(context));
  router.service(ConversationService, conversationService(context));
}
