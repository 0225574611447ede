import type { Head } from "../../gen/parley/store/v1/head_pb.js";

/**
 * Names a version of a session: `<state_version>-<version>-<end of the uid>`.
 * The first and last part decide a comparison; the middle one makes a cached
 * answer change with every append and carries the version for
 * `at_least_version`.
 */
export function etagOf(uid: string, stateVersion: number, version: number): string {
  return `${stateVersion}-${version}-${uid.slice(-12)}`;
}

/**
 * True if one of the etags in a text names this state: as a request body gives
 * it, or as an `If-Match` header does (`"a", "b"`, `*`).
 */
export function etagMatches(text: string, head: Head): boolean {
  const session = head.session;
  if (session === undefined) return false;
  return text.split(",").some((one) => {
    const tag = one
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1");
    if (tag === "*") return true;
    const [state, , uid] = tag.split("-");
    return state === String(session.stateVersion) && uid === head.uid.slice(-12);
  });
}
