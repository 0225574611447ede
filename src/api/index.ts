import type { ConnectRouter } from "@connectrpc/connect";
import { AccountService } from "../../gen/parley/v1/account_service_pb.js";
import { ArchiveService } from "../../gen/parley/v1/archive_service_pb.js";
import { CommentService } from "../../gen/parley/v1/comment_service_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { DerivationService } from "../../gen/parley/v1/derivation_service_pb.js";
import { ErasureService } from "../../gen/parley/v1/erasure_service_pb.js";
import { KeyService } from "../../gen/parley/v1/key_service_pb.js";
import { QuotaService } from "../../gen/parley/v1/quota_service_pb.js";
import { RunService } from "../../gen/parley/v1/run_service_pb.js";
import { SearchService } from "../../gen/parley/v1/search_service_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { ShareService } from "../../gen/parley/v1/share_service_pb.js";
import { StateService } from "../../gen/parley/v1/state_service_pb.js";
import { TaskService } from "../../gen/parley/v1/task_service_pb.js";
import { TicketService } from "../../gen/parley/v1/ticket_service_pb.js";
import { TurnService } from "../../gen/parley/v1/turn_service_pb.js";
import { WorkerService } from "../../gen/parley/v1/worker_service_pb.js";
import type { Context } from "../context.ts";
import { accountService } from "./accounts/index.ts";
import { archiveService } from "./archive/index.ts";
import { commentService } from "./comments/index.ts";
import { conversationService } from "./conversation/index.ts";
import { derivationService } from "./derivation/index.ts";
import { erasureService } from "./erasure/index.ts";
import { keyService } from "./keys/index.ts";
import { quotaService } from "./quota/index.ts";
import { runService } from "./runs/index.ts";
import { searchService } from "./search/index.ts";
import { sessionService } from "./sessions/index.ts";
import { shareService } from "./shares/index.ts";
import { stateService } from "./state/index.ts";
import { taskService } from "./tasks/index.ts";
import { ticketService } from "./tickets/index.ts";
import { turnService } from "./turns/index.ts";
import { workerService } from "./workers/index.ts";

/** Every service, in the order in which they are described. */
export const SERVICES = [
  SessionService,
  StateService,
  ConversationService,
  TurnService,
  ShareService,
  CommentService,
  RunService,
  TaskService,
  WorkerService,
  AccountService,
  KeyService,
  QuotaService,
  TicketService,
  ErasureService,
  ArchiveService,
  SearchService,
  DerivationService,
] as const;

/** The whole surface of Parley: every service and what answers it. */
export function registerServices(router: ConnectRouter, context: Context): void {
  router.service(SessionService, sessionService(context));
  router.service(StateService, stateService(context));
  router.service(ConversationService, conversationService(context));
  router.service(TurnService, turnService(context));
  router.service(ShareService, shareService(context));
  router.service(CommentService, commentService(context));
  router.service(RunService, runService(context));
  router.service(TaskService, taskService(context));
  router.service(WorkerService, workerService(context));
  router.service(AccountService, accountService(context));
  router.service(KeyService, keyService(context));
  router.service(QuotaService, quotaService(context));
  router.service(TicketService, ticketService(context));
  router.service(ErasureService, erasureService(context));
  router.service(ArchiveService, archiveService(context));
  router.service(SearchService, searchService(context));
  router.service(DerivationService, derivationService(context));
}
