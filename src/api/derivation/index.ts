import type { ServiceImpl } from "@connectrpc/connect";
import type { DerivationService } from "../../../gen/parley/v1/derivation_service_pb.js";
import type { Context } from "../../context.ts";
import { resolveSession } from "./resolve-session.ts";

export function derivationService(context: Context) {
  return {
    resolveSession: resolveSession(context),
  } satisfies ServiceImpl<typeof DerivationService>;
}
