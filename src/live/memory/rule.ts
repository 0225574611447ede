/** Stands for "no moment is known": before every moment there is. */
export const NEVER = Number.NEGATIVE_INFINITY;

export interface HeldCopy {
  readonly uid: string;
  readonly version: number;
  /** The moment its freshness is counted from, or `NEVER`. */
  readonly asOf: number;
  /** When it was installed. */
  readonly installed: number;
}

export type OfferedCopy = Omit<HeldCopy, "installed">;

/**
 * The rule of coherence, as `install.lua` has it.
 *
 * - `replace`: the offered copy takes the place.
 * - `doubt`: it takes the place of another session's copy, and nobody can tell
 *   which of the two came first; it is not fresh, nor is any copy asked for
 *   until now.
 * - `keep`: the held one stays.
 */
export type Verdict = "replace" | "doubt" | "keep";

export function judge(held: HeldCopy | undefined, offered: OfferedCopy): Verdict {
  if (held === undefined) return "replace";
  if (held.uid !== offered.uid) return offered.asOf > held.installed ? "replace" : "doubt";
  if (held.version !== offered.version) return offered.version > held.version ? "replace" : "keep";
  return offered.asOf > held.asOf ? "replace" : "keep";
}

/**
 * The moment a copy is counted from. None if it is yet to come, or if the view
 * has forgotten something of its key since: that may have been newer.
 */
export function believed(asOf: number | undefined, horizon: number, now: number): number {
  return asOf !== undefined && asOf <= now && asOf > horizon ? asOf : NEVER;
}

/** True if the journal said so at most `bound` ago. */
export function isFresh(asOf: number, now: number, bound: number): boolean {
  return asOf <= now && now - asOf < bound;
}
