import type { DescService } from "@bufbuild/protobuf";
import { Health } from "../../../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { SERVICES as PARLEY } from "../../../../src/api/index.ts";
import { ACCOUNT_ROWS, LEDGER_ROWS } from "./accounts.ts";
import { BULK_ROWS } from "./bulk.ts";
import { COMMENT_ROWS } from "./comments.ts";
import { CONVERSATION_ROWS } from "./conversation.ts";
import { ERASURE_ROWS } from "./erasure.ts";
import { KEY_ROWS } from "./keys.ts";
import { LIFETIME_ROWS } from "./lifetime.ts";
import { QUOTA_ROWS } from "./quota.ts";
import type { Row } from "./row.ts";
import { CONTROL_ROWS, NEW_RUN_ROWS, RESULT_ROWS } from "./runs.ts";
import { SERVER_ROWS } from "./server.ts";
import { SESSION_ROWS } from "./sessions.ts";
import { SHARE_ROWS } from "./shares.ts";
import { TASK_ROWS } from "./tasks.ts";
import { TICKET_ROWS } from "./tickets.ts";
import { TURN_AND_STATE_ROWS } from "./turns-and-state.ts";
import { CLAIM_ROWS, OUTCOME_ROWS, OUTPUT_ROWS } from "./workers.ts";

/** All services there may be, by name. */
export const SERVICES: readonly DescService[] = [
  ...PARLEY,
  Health,
  ServerReflection,
  ServerReflectionAlpha,
];

/** Made in this order over each protocol: what one case writes, the next one finds. */
export const ROWS: readonly Row[] = [
  ...SESSION_ROWS,
  ...BULK_ROWS,
  ...CONVERSATION_ROWS,
  ...TURN_AND_STATE_ROWS,
  ...COMMENT_ROWS,
  ...SHARE_ROWS,
  ...ACCOUNT_ROWS,
  ...NEW_RUN_ROWS,
  ...TASK_ROWS,
  ...CLAIM_ROWS,
  ...CONTROL_ROWS,
  ...OUTPUT_ROWS,
  ...OUTCOME_ROWS,
  ...RESULT_ROWS,
  ...LEDGER_ROWS,
  ...KEY_ROWS,
  ...QUOTA_ROWS,
  ...TICKET_ROWS,
  ...ERASURE_ROWS,
  ...LIFETIME_ROWS,
  ...SERVER_ROWS,
];
