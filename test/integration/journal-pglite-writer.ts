import { writeSync } from "node:fs";
import { openPgliteJournal } from "../../src/journal/index.ts";
import { append, newSession } from "../contract/journal-writes.ts";

/**
 * Writes to the folder it is given until it is killed: prints a session's uid,
 * then the text of every append that was acknowledged. Prints one line and
 * leaves if the folder is in use.
 */
const [folder, round] = process.argv.slice(2);
// `process.stdout` would keep lines back while the reader is slow, and they would die with it.
const say = (line: string) => writeSync(1, `${line}\n`);

try {
  const journal = await openPgliteJournal({ dir: folder! });
  const head = await newSession(journal);
  say(`session ${head.uid}`);
  const callers = Array.from({ length: 8 }, async (_, caller) => {
    for (let n = 1; ; n++) {
      const text = `${round}:${caller}:${n}`;
      await journal.changeSession(append(head, text));
      say(`acknowledged ${text}`);
    }
  });
  await Promise.all(callers);
} catch (error) {
  say(`refused ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
}
