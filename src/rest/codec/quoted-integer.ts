const NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,9}))?$/;

/** Longer texts are no integers of 64 bits in any spelling a program would choose. */
const MAX_LENGTH = 64;
const MAX_DIGITS = 20;
const TOO_LARGE = "9".repeat(MAX_DIGITS + 1);

/**
 * An integer in a JSON string as plain digits: `1.5e1` as `15`. The standard mapping
 * takes what a JSON number may look like in strings too. What is no integer comes
 * back as it is, for the parser of plain digits to refuse.
 */
export function plainDigits(text: string): string {
  const match = text.length <= MAX_LENGTH ? NUMBER.exec(text) : null;
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const all = `${whole}${fraction}`;
  const significant = all.replace(/0+$/, "");
  if (significant === "") return "0";
  const zeros = all.length - significant.length - fraction.length + Number(exponent);
  if (zeros < 0) return text;
  const digits = significant.replace(/^0+/, "");
  if (digits.length + zeros > MAX_DIGITS) return `${sign}${TOO_LARGE}`;
  return `${sign}${digits}${"0".repeat(zeros)}`;
}
