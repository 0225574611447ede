import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { createGrpcClient, type GrpcClient } from "../../src/client/grpc.ts";
import type { Dialogue, DraftMessage } from "./dialogues.ts";
import { rest } from "./rest.ts";

/** What a writer was promised: sessions with the messages that were acknowledged. */
export type Ledger = Map<string, DraftMessage[]>;

export interface GrpcClients {
  readonly sessions: GrpcClient<typeof SessionService>;
  readonly conversation: GrpcClient<typeof ConversationService>;
  close(): void;
}

export function grpcClients(url: string, user: string): GrpcClients {
  const target = new URL(url).host;
  const options = { metadata: { "x-user-id": user } };
  const sessions = createGrpcClient(SessionService, target, options);
  const conversation = createGrpcClient(ConversationService, target, options);
  return {
    sessions,
    conversation,
    close: () => {
      sessions.close();
      conversation.close();
    },
  };
}

/** Stores dialogues through gRPC by so many concurrent writers, each dialogue by one of them. */
export async function storeDialogues(
  url: string,
  user: string,
  dialogues: readonly Dialogue[],
  writers = 8,
): Promise<Ledger> {
  const clients = grpcClients(url, user);
  const ledger: Ledger = new Map();
  const queue = [...dialogues];
  const writer = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const sessionId = next.id;
      const { session } = await clients.sessions.createSession({ sessionId });
      if (session?.sessionId !== sessionId) throw new Error(`${sessionId} was taken`);
      for (const messages of next.appends) {
        await clients.conversation.appendMessages({ sessionId, messages: [...messages] });
      }
      ledger.set(sessionId, next.appends.flat());
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  clients.close();
  return ledger;
}

interface ReadMessage {
  seq: number;
  role: string;
  content: string;
  parts: unknown[];
}

/** All messages of a session, read page by page over REST. */
export async function readMessages(
  url: string,
  user: string,
  sessionId: string,
  query = "",
): Promise<ReadMessage[]> {
  const client = rest(url, { "x-user-id": user });
  const messages: ReadMessage[] = [];
  for (let after = 0; ; ) {
    const path = `/api/v1/sessions/${sessionId}/messages?limit=100&after_seq=${after}${query}`;
    const { status, body } = await client.get(path);
    if (status !== 200) throw new Error(`${sessionId}: ${status} ${JSON.stringify(body)}`);
    messages.push(...body.messages);
    if (!body.has_more) return messages;
    after = messages.at(-1)?.seq ?? 0;
  }
}
