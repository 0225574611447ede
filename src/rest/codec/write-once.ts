import type { Message } from "@bufbuild/protobuf";
import type { WriteJson } from "./scalar-json.ts";

/**
 * Writes each message once, however many streams send it: what is told to a
 * thousand watchers is one object, and its text is kept as long as that is.
 * A handler must not change a message that it has yielded.
 */
export function writeOnce(write: (message: Message) => string): (message: Message) => string {
  const texts = new WeakMap<object, string>();
  return (message) => textOf(message, write, texts);
}

/**
 * Writes each frozen value once: a handler that freezes a message, and all in it, says
 * that it may answer with it again. Others are written each time.
 */
export function writeFrozenOnce(write: WriteJson): WriteJson {
  const texts = new WeakMap<object, string>();
  return (value) => (Object.isFrozen(value) ? textOf(value as object, write, texts) : write(value));
}

function textOf<T extends object>(
  value: T,
  write: (value: T) => string,
  texts: WeakMap<object, string>,
): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = write(value);
  texts.set(value, text);
  return text;
}
