import type { ServiceImpl } from "@connectrpc/connect";
import type { ErasureService } from "../../../gen/parley/v1/erasure_service_pb.js";
import type { Context } from "../../context.ts";
import { eraseUser } from "./erase-user.ts";
import { getErasure } from "./get-erasure.ts";

export function erasureService(context: Context) {
  return {
    eraseUser: eraseUser(context),
    getErasure: getErasure(context),
  } satisfies ServiceImpl<typeof ErasureService>;
}
