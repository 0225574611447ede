/** One media range of an Accept header. */
interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

/**
 * The media type of `offers` that an Accept header likes best, or undefined when
 * it admits none. Types it names win over those it admits by a wildcard of equal
 * quality; then the earlier offer wins. Without a header it is the first offer.
 */
export function negotiate<T extends string>(
  accept: string | undefined,
  offers: readonly T[],
): T | undefined {
  if (accept === undefined || accept.trim() === "" || accept === "*/*") return offers[0];
  const ranges = parseAccept(accept);
  let best: { offer: T; quality: number; specificity: number } | undefined;
  for (const offer of offers) {
    const { quality, specificity } = rate(ranges, offer);
    if (quality === 0) continue;
    const better =
      best === undefined ||
      quality > best.quality ||
      (quality === best.quality && specificity > best.specificity);
    if (better) best = { offer, quality, specificity };
  }
  return best?.offer;
}

/** The most specific range that covers an offer decides its quality (RFC 9110, 12.5.1). */
function rate(ranges: readonly MediaRange[], offer: string) {
  const family = `${offer.slice(0, offer.indexOf("/"))}/*`;
  const levels = [offer, family, "*/*"];
  for (const [i, level] of levels.entries()) {
    const range = ranges.find(({ type }) => type === level);
    if (range !== undefined) return { quality: range.quality, specificity: levels.length - i };
  }
  return { quality: 0, specificity: 0 };
}

function parseAccept(accept: string): MediaRange[] {
  return accept.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    return { type, quality: parseQuality(q?.slice(2)) };
  });
}

/** A `q` parameter. What is no quality counts as 1: a broken weight should not cost the whole answer. */
export function parseQuality(text: string | undefined): number {
  if (text === undefined) return 1;
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 1;
}
