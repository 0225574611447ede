import { parseQuality } from "./accept.ts";
import { CODINGS, type Coding } from "./content-coding.ts";

/** What an Accept-Encoding header asks for. */
export interface AcceptedCodings {
  /** The best coding it likes at least as much as none; undefined: none is better. */
  readonly coding: Coding | undefined;
  /** Whether a body may go out as it is. */
  readonly plain: boolean;
}

const ANYTHING: AcceptedCodings = { coding: undefined, plain: true };

/** Callers send few different headers, so each is read once. */
const known = new Map<string, AcceptedCodings>();
const MAX_KNOWN = 100;

/**
 * Reads an Accept-Encoding header (RFC 9110, 12.5.3). Without one a body goes out
 * as it is. Between codings of equal weight the smaller result decides.
 */
export function acceptedCodings(header: string | undefined): AcceptedCodings {
  if (header === undefined) return ANYTHING;
  let accepted = known.get(header);
  if (accepted === undefined) {
    accepted = parse(header);
    if (known.size === MAX_KNOWN) known.clear();
    known.set(header, accepted);
  }
  return accepted;
}

function parse(header: string): AcceptedCodings {
  const weights = parseWeights(header);
  const wildcard = weights.get("*");
  const plain = weights.get("identity");
  let coding: Coding | undefined;
  let best = plain ?? 0;
  for (const candidate of CODINGS) {
    const weight = weights.get(candidate) ?? wildcard ?? 0;
    const better = coding === undefined ? weight >= best : weight > best;
    if (weight === 0 || !better) continue;
    coding = candidate;
    best = weight;
  }
  return { coding, plain: (plain ?? wildcard ?? 1) > 0 };
}

function parseWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const item of header.toLowerCase().split(",")) {
    const [name = "", ...parameters] = item.split(";").map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    if (name !== "") weights.set(name === "x-gzip" ? "gzip" : name, parseQuality(weight));
  }
  return weights;
}
