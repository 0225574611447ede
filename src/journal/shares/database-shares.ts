import type { Guarded } from "../guarded.ts";
import type { Lane } from "../lane.ts";
import { findShared } from "./find-shared.ts";
import { listShared } from "./list-shared.ts";
import type { Shares } from "./port.ts";

/** The index of shares over SQL. */
export function sharesOver(lane: Lane, guarded: Guarded): Shares {
  return {
    listShared: (query) => guarded(() => listShared(lane, query)),
    findShared: (tenantId, name) => guarded(() => findShared(lane, tenantId, name)),
  };
}
