import { SortOrder } from "../../gen/parley/v1/session_pb.js";
import { invalidArgument } from "../domain/errors.ts";

/** `sort` and `order` are synonyms; validation refuses both at once. */
export function orderOf(
  request: { sort: SortOrder; order: SortOrder },
  fallback: "asc" | "desc",
): "asc" | "desc" {
  switch (request.order || request.sort) {
    case SortOrder.ASC:
      return "asc";
    case SortOrder.DESC:
      return "desc";
    default:
      return fallback;
  }
}

/** Farthest place of a list that can be asked for: more than there can be. */
const MAX_OFFSET = 2_147_483_647;

/** `page` (from 1) or `offset`; validation refuses both at once. */
export function offsetOf(
  request: { page?: number | undefined; offset?: number | undefined },
  limit: number,
): number {
  if (request.page === undefined) return request.offset ?? 0;
  const offset = (request.page - 1) * limit;
  if (offset > MAX_OFFSET) throw invalidArgument("page", "is beyond the end of any list");
  return offset;
}
