const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * A string as a JSON string.
 *
 * Short texts are checked here character by character, which took 54 ns against
 * 95 ns of `JSON.stringify` for an id of 36 characters; soon beyond that the native
 * scan wins. Lone surrogates go to `JSON.stringify` too: it escapes them.
 */
export function quote(text: string): string {
  if (text.length > 40) return JSON.stringify(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === QUOTE || code === BACKSLASH || isSurrogate(code)) {
      return JSON.stringify(text);
    }
  }
  return `"${text}"`;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
