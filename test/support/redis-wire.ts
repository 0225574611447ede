/**
 * How many commands of Redis' protocol a piece holds. A client writes whole
 * commands; an element of one begins with `$`, so a line that begins with `*` is
 * the head of the next, unless a binary element holds such a line, which the
 * lengths of the elements pass over.
 */
export function countCommands(bytes: Buffer): number {
  let commands = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("\r\n", at);
    if (end === -1) break;
    const line = bytes.toString("latin1", at, end);
    if (line.startsWith("*")) commands++;
    at = end + 2;
    if (line.startsWith("$")) at += Number(line.slice(1)) + 2;
  }
  return commands;
}
