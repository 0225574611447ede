import type { Erasing } from "../../journal/port.ts";

const METHODS = [
  "purgeDeleted",
  "purgeSessions",
  "purgeForgotten",
  "purgeArchived",
  "archivePlaces",
  "takePurges",
  "removePurged",
  "sweepAgain",
  "endPurge",
  "requestErasure",
  "readErasure",
  "takeErasures",
  "continueErasure",
  "sessionsOf",
  "eraseCredentials",
  "eraseAccount",
  "completeErasure",
] as const satisfies readonly (keyof Erasing)[];

/** Takes nothing away, and fails whoever asks for it; a test puts its own answers in. */
export function scriptedErasing(answers: Partial<Erasing> = {}): Erasing {
  const unscripted = METHODS.map((name) => [
    name,
    () => Promise.reject(new Error(`no answer was scripted for ${name}`)),
  ]);
  return { ...(Object.fromEntries(unscripted) as unknown as Erasing), ...answers };
}
