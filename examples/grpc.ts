// gRPC from Node: `npx node examples/grpc.ts [host:port]` while Parley runs.
// Creates a session, watches it from its first event, and appends to it.
import { ConversationService } from "../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../gen/parley/v1/message_pb.js";
import { SessionService } from "../gen/parley/v1/session_service_pb.js";
import { createGrpcClient } from "../src/index.ts";

const target = process.argv[2] ?? "127.0.0.1:8080";
const metadata = { "x-user-id": "ada" };
const sessions = createGrpcClient(SessionService, target, { metadata });
const conversation = createGrpcClient(ConversationService, target, { metadata });

const { session } = await sessions.createSession({ title: "Over gRPC" });
const sessionId = session?.sessionId ?? "";
// Leaving the loop does not end the call; the signal does.
const leave = new AbortController();
const events = conversation.watchSession({ sessionId, afterSeq: 0 }, { signal: leave.signal });
await conversation.appendMessages({ sessionId, messages: [{ role: Role.USER, content: "hi" }] });

for await (const { seq, update } of events) {
  if (update.case === "event") process.stdout.write(`${seq} ${update.value.type}\n`);
  if (seq === 2) break;
}
leave.abort();
sessions.close();
conversation.close();
