import type { CaseGroup, ReferenceCase, Source } from "./reference-case.ts";

/** How the cases of a reference came out here. */
export interface Tally {
  readonly agree: number;
  readonly differ: number;
  /** Cases with another outcome than their table says, each with its source. */
  readonly wrong: readonly string[];
}

/**
 * Runs all cases. One that differs must come out as its difference says, and
 * otherwise than the reference's.
 */
export function checkGroups<G extends CaseGroup>(
  groups: readonly G[],
  answerOf: (group: G) => (input: string) => string,
): Tally {
  let agree = 0;
  let differ = 0;
  const wrong: string[] = [];
  for (const group of groups) {
    const answer = answerOf(group);
    for (const reference of group.cases) {
      const here = answer(reference[0]);
      if (!isExpected(reference, here)) wrong.push(describe(group.source, reference, here));
      else if (reference[2] === undefined) agree++;
      else differ++;
    }
  }
  return { agree, differ, wrong };
}

function isExpected([, outcome, difference]: ReferenceCase, here: string): boolean {
  if (difference === undefined) return here === outcome;
  return here === difference.here && here !== outcome;
}

function describe(source: Source, [input, outcome, difference]: ReferenceCase, here: string) {
  const { repository, commit, file, test } = source;
  const expected = difference?.here ?? outcome;
  const short = input.length > 200 ? `${input.slice(0, 200)}…` : input;
  return `${repository}@${commit} ${file} ${test}: ${short}: expected ${expected}, got ${here}`;
}
