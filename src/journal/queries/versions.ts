import type { Lane, Statement } from "../lane.ts";

const READ_VERSIONS: Statement = {
  name: "read_versions",
  text: "SELECT uid, version FROM sessions WHERE uid = ANY($1::uuid[])",
};

/** The versions of the sessions that exist. */
export async function readVersions(
  lane: Lane,
  uids: readonly string[],
): Promise<Map<string, number>> {
  const rows = await lane.run<{ uid: string; version: number }>(READ_VERSIONS, [uids]);
  return new Map(rows.map((row) => [row.uid, row.version]));
}
