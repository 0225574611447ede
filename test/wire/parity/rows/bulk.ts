import { SessionService } from "../../../../gen/parley/v1/session_service_pb.js";
import { type Row, row } from "./row.ts";

const { method: session } = SessionService;
/** Somebody whose sessions no other row needs. */
const headers = { "x-user-id": "carol" };

/** Many sessions at once, of those that `createSession` has made for carol. */
export const BULK_ROWS: readonly Row[] = [
  row(session.cleanupSessions, [
    {
      name: "one's own, another's and none",
      input: { sessionIds: ["bulk-2", "one", "unknown", "bulk-1"], requestId: "c-1" },
      headers,
    },
    {
      name: "the same again",
      input: { sessionIds: ["bulk-2", "one", "unknown", "bulk-1"], requestId: "c-1" },
      headers,
    },
    {
      name: "another under the same name",
      input: { sessionIds: ["bulk-2"], requestId: "c-1" },
      headers,
      fails: "idempotency_conflict",
    },
    { name: "none", input: { sessionIds: [] }, headers, fails: "invalid_argument" },
    { name: "one twice", input: { sessionIds: ["a", "a"] }, headers, fails: "invalid_argument" },
  ]),
  row(session.deleteAllSessions, [
    { name: "without saying so", input: {}, headers, fails: "invalid_argument" },
    { name: "of an agent", input: { confirm: true, agentId: "nobody" }, headers },
    { name: "all", input: { confirm: true }, headers },
  ]),
];
