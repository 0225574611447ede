import { formatFraction, parseFraction, type SecondsNanos } from "./timestamp.ts";
import { Invalid } from "./violation.ts";

const MAX_SECONDS = 315_576_000_000; // 10,000 years, the range of google.protobuf.Duration

const malformed = new Invalid('must be a duration in seconds, such as "60s" or "1.5s"');
const outOfRange = new Invalid("must be a duration of at most 315576000000 seconds");

/** Reads `60s`, `-1.5s`: seconds with up to nine decimals. */
export function parseDuration(text: string): SecondsNanos | Invalid {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]{1,9}))?s$/.exec(text);
  if (match === null) return malformed;
  const sign = match[1] === "-" ? -1 : 1;
  const seconds = Number(match[2]);
  const nanos = parseFraction(match[3]);
  if (seconds > MAX_SECONDS) return outOfRange;
  return { seconds: BigInt(sign * seconds), nanos: nanos === 0 ? 0 : sign * nanos };
}

/** The same form back. Throws a RangeError for what is no duration. */
export function formatDuration({ seconds, nanos }: SecondsNanos): string {
  const total = Number(seconds);
  const mixed = (total > 0 && nanos < 0) || (total < 0 && nanos > 0);
  if (mixed || Math.abs(total) > MAX_SECONDS || Math.abs(nanos) > 999_999_999) {
    throw new RangeError("a google.protobuf.Duration is out of range");
  }
  const sign = total < 0 || nanos < 0 ? "-" : "";
  return `${sign}${Math.abs(total)}${formatFraction(Math.abs(nanos))}s`;
}
