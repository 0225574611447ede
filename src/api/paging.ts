import { SortOrder } from "../../gen/parley/v1/session_pb.js";

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

/** `page` (from 1) or `offset`; validation refuses both at once. */
export function offsetOf(
  request: { page?: number | undefined; offset?: number | undefined },
  limit: number,
): number {
  return request.page === undefined ? (request.offset ?? 0) : (request.page - 1) * limit;
}
