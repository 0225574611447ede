import type { Message } from "@bufbuild/protobuf";

/**
 * Writes each message once, however many streams send it: what is told to a
 * thousand watchers is one object, and its text is kept as long as that is.
 * A handler must not change a message that it has yielded.
 */
export function writeOnce(write: (message: Message) => string): (message: Message) => string {
  const texts = new WeakMap<Message, string>();
  return (message) => {
    const known = texts.get(message);
    if (known !== undefined) return known;
    const text = write(message);
    texts.set(message, text);
    return text;
  };
}
