import type { ServiceImpl } from "@connectrpc/connect";
import type { StateService } from "../../../gen/parley/v1/state_service_pb.js";
import type { Context } from "../../context.ts";
import { getSessionState } from "./get-session-state.ts";
import { updateSessionState } from "./update-session-state.ts";

export function stateService(context: Context) {
  return {
    getSessionState: getSessionState(context),
    updateSessionState: updateSessionState(context),
  } satisfies ServiceImpl<typeof StateService>;
}
