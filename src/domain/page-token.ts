import { invalidArgument } from "./errors.ts";

/**
 * Opaque place in a list: where the last page ended, and which list it was.
 * `query` is everything but the place; a token used with another query is
 * refused rather than answered with a page that belongs to neither.
 */
export function encodePageToken(place: readonly (string | number)[], query: object): string {
  return Buffer.from(JSON.stringify([fingerprint(query), ...place])).toString("base64url");
}

/** The place a token names. Anything that is no token of this query is `invalid_argument`. */
export function decodePageToken(token: string, query: object): readonly (string | number)[] {
  const parts = parse(token);
  if (parts === undefined) throw invalidArgument("page_token", "is not a token of this service");
  const [mark, ...place] = parts;
  if (mark !== fingerprint(query)) {
    throw invalidArgument("page_token", "belongs to a list with other parameters");
  }
  return place;
}

/** The year 10000: nothing was done then. */
const MAX_TIME_MS = 253_402_300_800_000;

/** A place that is a moment and a uid. */
export function timePlaceOf([ms, uid]: readonly (string | number)[]): { time: Date; uid: string } {
  const time = new Date(typeof ms === "number" ? ms : Number.NaN);
  const isUid = typeof uid === "string" && /^[0-9a-f-]{36}$/.test(uid);
  if (!isUid || !(time.getTime() >= 0 && time.getTime() < MAX_TIME_MS)) {
    throw invalidArgument("page_token", "is not a token of this list");
  }
  return { time, uid };
}

function parse(token: string): (string | number)[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    const flat =
      Array.isArray(value) && value.every((v) => ["string", "number"].includes(typeof v));
    return flat ? value : undefined;
  } catch {
    return undefined;
  }
}

/** FNV-1a over the query's JSON: tells lists apart; it guards nothing. */
function fingerprint(query: object): number {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(query)) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}
