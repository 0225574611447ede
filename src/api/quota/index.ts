import type { ServiceImpl } from "@connectrpc/connect";
import type { QuotaService } from "../../../gen/parley/v1/quota_service_pb.js";
import type { Context } from "../../context.ts";
import { getQuota } from "./get-quota.ts";

export function quotaService(context: Context) {
  return { getQuota: getQuota(context) } satisfies ServiceImpl<typeof QuotaService>;
}
