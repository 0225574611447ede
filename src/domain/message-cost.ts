import type { Message } from "@bufbuild/protobuf";
import type { AppendMessagesRequest } from "../../gen/parley/v1/conversation_commands_pb.js";
import type { CreateSessionRequest } from "../../gen/parley/v1/session_commands_pb.js";
import type { SubmitTaskRequest } from "../../gen/parley/v1/task_requests_pb.js";
import type { BeginTurnRequest, EndTurnRequest } from "../../gen/parley/v1/turn_requests_pb.js";

type Appending =
  | AppendMessagesRequest
  | CreateSessionRequest
  | SubmitTaskRequest
  | BeginTurnRequest
  | EndTurnRequest;

/** How many messages a request is to append; what is no message, such as an agent's event, is none. */
export function messagesIn(request: Message): number {
  const appending = request as Appending;
  switch (appending.$typeName) {
    case "parley.v1.AppendMessagesRequest":
      return appending.messages.length;
    case "parley.v1.SubmitTaskRequest":
      return 1;
    case "parley.v1.CreateSessionRequest":
      return Number(appending.prompt !== undefined);
    case "parley.v1.BeginTurnRequest":
      return Number(appending.userMessage !== undefined);
    case "parley.v1.EndTurnRequest":
      return Number(appending.agentResponse !== undefined);
    default:
      return 0;
  }
}
