import type { ServiceImpl } from "@connectrpc/connect";
import type { TurnService } from "../../../gen/parley/v1/turn_service_pb.js";
import type { Context } from "../../context.ts";
import { beginTurn } from "./begin-turn.ts";
import { endTurn } from "./end-turn.ts";
import { getTurn } from "./get-turn.ts";

export function turnService(context: Context) {
  return {
    beginTurn: beginTurn(context),
    endTurn: endTurn(context),
    getTurn: getTurn(context),
  } satisfies ServiceImpl<typeof TurnService>;
}
