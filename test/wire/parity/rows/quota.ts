import { QuotaService } from "../../../../gen/parley/v1/quota_service_pb.js";
import { type Row, row } from "./row.ts";

/** What is limited here: how many runs may be open, and no rate. */
export const QUOTA_ROWS: readonly Row[] = [
  row(QuotaService.method.getQuota, [{ name: "one's own", input: {} }]),
];
