import type { ServiceImpl } from "@connectrpc/connect";
import type { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import type { Context } from "../../context.ts";
import { checkSessionExists } from "./check-session-exists.ts";
import { cleanupSessions } from "./cleanup-sessions.ts";
import { createSession } from "./create-session.ts";
import { deleteAllSessions } from "./delete-all-sessions.ts";
import { deleteSession } from "./delete-session.ts";
import { extendSession } from "./extend-session.ts";
import { forkSession } from "./fork-session.ts";
import { getLatestSession } from "./get-latest-session.ts";
import { getSession } from "./get-session.ts";
import { getSessionInfo } from "./get-session-info.ts";
import { listSessions } from "./list-sessions.ts";
import { restoreSession } from "./restore-session.ts";
import { touchSession } from "./touch-session.ts";
import { updateSession } from "./update-session.ts";

export function sessionService(context: Context) {
  return {
    createSession: createSession(context),
    getSession: getSession(context),
    listSessions: listSessions(context),
    updateSession: updateSession(context),
    deleteSession: deleteSession(context),
    cleanupSessions: cleanupSessions(context),
    deleteAllSessions: deleteAllSessions(context),
    restoreSession: restoreSession(context),
    checkSessionExists: checkSessionExists(context),
    getLatestSession: getLatestSession(context),
    touchSession: touchSession(context),
    extendSession: extendSession(context),
    forkSession: forkSession(context),
    getSessionInfo: getSessionInfo(context),
  } satisfies ServiceImpl<typeof SessionService>;
}
