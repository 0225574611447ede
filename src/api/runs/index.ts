import type { ServiceImpl } from "@connectrpc/connect";
import type { RunService } from "../../../gen/parley/v1/run_service_pb.js";
import type { Context } from "../../context.ts";
import { cancelSession } from "./cancel-session.ts";
import { getSessionHistory } from "./get-session-history.ts";
import { getSessionMetrics } from "./get-session-metrics.ts";
import { getSessionResults } from "./get-session-results.ts";
import { pauseSession } from "./pause-session.ts";
import { resumeSession } from "./resume-session.ts";

export function runService(context: Context) {
  return {
    cancelSession: cancelSession(context),
    pauseSession: pauseSession(context),
    resumeSession: resumeSession(context),
    getSessionResults: getSessionResults(context),
    getSessionHistory: getSessionHistory(context),
    getSessionMetrics: getSessionMetrics(context),
  } satisfies ServiceImpl<typeof RunService>;
}
