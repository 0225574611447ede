import type { CaseGroup } from "./reference-case.ts";

/** Cases of requests (`GET /a/b`) to the routes of a group. */
export interface RoutedGroup extends CaseGroup {
  readonly routes: readonly string[];
}

/** A reference says only that nothing was found: 400, 404 and 405 are all that. */
export const NONE = "none";
