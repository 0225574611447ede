import type { ServiceImpl } from "@connectrpc/connect";
import type { ArchiveService } from "../../../gen/parley/v1/archive_service_pb.js";
import type { Context } from "../../context.ts";
import { getArchivedSession } from "./get-archived-session.ts";
import { listArchivedEvents } from "./list-archived-events.ts";
import { listArchivedSessions } from "./list-archived-sessions.ts";
import { reviveSession } from "./revive-session.ts";

export function archiveService(context: Context) {
  return {
    listArchivedSessions: listArchivedSessions(context),
    getArchivedSession: getArchivedSession(context),
    listArchivedEvents: listArchivedEvents(context),
    reviveSession: reviveSession(context),
  } satisfies ServiceImpl<typeof ArchiveService>;
}
