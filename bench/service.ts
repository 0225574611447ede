import { type MessageShape, toBinary } from "@bufbuild/protobuf";
import { ConversationService } from "../gen/parley/v1/conversation_service_pb.js";
import {
  type GetSessionResponse,
  GetSessionResponseSchema,
} from "../gen/parley/v1/session_queries_pb.js";
import { SessionService } from "../gen/parley/v1/session_service_pb.js";
import { createGrpcClient } from "../src/client/grpc.ts";
import { startParley } from "../test/support/process.ts";
import { type Cores, pin } from "./cores.ts";
import { draftMessage, draftSession, SESSIONS } from "./load/subjects.ts";
import type { Stores } from "./stores.ts";
import type { Teardown } from "./teardown.ts";

/** Who calls: whatever is measured sends it along. */
export const CALLER = { "x-user-id": "bench" } as const;

/** The service under test, with sessions in it. */
export interface MeasuredService {
  readonly port: number;
  readonly pid: number;
  readonly sessionIds: readonly string[];
  /** What it answers to a GET over REST, whole. */
  readonly restAnswer: Buffer;
  /** The message it answers to GetSession over gRPC. */
  readonly grpcAnswer: Uint8Array;
}

/** Starts `src/main.ts` in a process of its own and fills it. */
export async function startService(
  stores: Stores,
  cores: Cores | undefined,
  teardown: Teardown,
  env: Record<string, string> = {},
): Promise<MeasuredService> {
  // A line in the log for each call would be measured too, and fill the disk.
  const parley = await startParley({ env: { ...stores.env, ...env, LOG_LEVEL: "warn" } });
  teardown.add(() => parley.stop());
  if (cores !== undefined) pin(parley.pid, cores.measured);
  const { sessionIds, session } = await fill(parley.port);
  const response = await fetch(`${parley.url}/api/v1/sessions/${sessionIds[0]}`, {
    headers: CALLER,
  });
  const restAnswer = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`a session could not be read: ${restAnswer}`);
  const grpcAnswer = toBinary(GetSessionResponseSchema, session);
  return { port: parley.port, pid: parley.pid, sessionIds, restAnswer, grpcAnswer };
}

/** Through a real gRPC client, which also shows that what will be measured works. */
async function fill(port: number): Promise<{ sessionIds: string[]; session: GetSessionResponse }> {
  const target = `127.0.0.1:${port}`;
  const sessions = createGrpcClient(SessionService, target, { metadata: CALLER });
  const conversation = createGrpcClient(ConversationService, target, { metadata: CALLER });
  try {
    const created = await Promise.all(
      Array.from({ length: SESSIONS }, () => sessions.createSession(draftSession())),
    );
    const sessionIds = created.map(({ session }) => session?.sessionId ?? "");
    const sessionId = sessionIds[0] ?? "";
    await conversation.appendMessages({ sessionId, messages: [draftMessage()] });
    const session: MessageShape<typeof GetSessionResponseSchema> = await sessions.getSession({
      sessionId,
    });
    if (session.session?.messageCount !== 1) throw new Error("a message was not appended");
    return { sessionIds, session };
  } finally {
    sessions.close();
    conversation.close();
  }
}
