// Connect with @connectrpc/connect-web, which browsers use and which runs in Node too:
// `npx node examples/connect.ts [url]` while Parley runs.
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { ConversationService } from "../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../gen/parley/v1/message_pb.js";
import { SessionService } from "../gen/parley/v1/session_service_pb.js";

// In a browser, the origin the page came from: Parley does not answer other origins yet.
const baseUrl = process.argv[2] ?? "http://127.0.0.1:8080";
const transport = createConnectTransport({ baseUrl });
const sessions = createClient(SessionService, transport);
const conversation = createClient(ConversationService, transport);

const { session } = await sessions.createSession({ title: "Over Connect" });
const sessionId = session?.sessionId ?? "";
await conversation.appendMessages({ sessionId, messages: [{ role: Role.USER, content: "hi" }] });

// Leaving the loop does not end the request; the signal does.
const leave = new AbortController();
try {
  const request = { sessionId, afterSeq: 0 };
  for await (const { seq, update } of conversation.watchSession(request, leave)) {
    if (update.case === "event") process.stdout.write(`${seq} ${update.value.type}\n`);
    if (seq === 2) leave.abort();
  }
} catch (error) {
  if (!leave.signal.aborted) throw error;
}
