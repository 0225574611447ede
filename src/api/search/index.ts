import type { ServiceImpl } from "@connectrpc/connect";
import type { SearchService } from "../../../gen/parley/v1/search_service_pb.js";
import type { Context } from "../../context.ts";
import { searchMessages } from "./search-messages.ts";

export function searchService(context: Context) {
  return { searchMessages: searchMessages(context) } satisfies ServiceImpl<typeof SearchService>;
}
