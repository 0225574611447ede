import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

/**
 * Runs PGlite in a thread of its own and answers the wire protocol. It has one
 * backend, whoever connects: messages are answered one after the other, and a
 * new connection starts after everything the one before has sent is done.
 */
const { folder } = workerData as { folder: string | undefined };

if (folder !== undefined) await mkdir(dirname(folder), { recursive: true });
const pglite = new PGlite({ ...(folder === undefined ? {} : { dataDir: folder }) });
await pglite.waitReady;

let last: Promise<unknown> = Promise.resolve();

parentPort!.on("message", (message: { port: MessagePort } | "close") => {
  if (message === "close") inTurn(close);
  else message.port.on("message", (bytes) => inTurn(() => answer(message.port, bytes)));
});
parentPort!.postMessage("ready");

/** A failure here is one of the engine, whose state is then unknown: the thread ends with it. */
function inTurn(work: () => Promise<void>): void {
  last = last.then(work);
}

async function answer(port: MessagePort, bytes: Uint8Array): Promise<void> {
  // Only a start-up message begins with a 0.
  if (bytes[0] === 0) await forgetLastConnection();
  const reply = Uint8Array.from(await pglite.execProtocolRaw(bytes));
  port.postMessage(reply, [reply.buffer]);
}

/** Its transaction, settings and prepared statements. */
async function forgetLastConnection(): Promise<void> {
  if (pglite.isInTransaction()) await pglite.exec("ROLLBACK");
  await pglite.exec("DISCARD ALL");
}

async function close(): Promise<void> {
  await pglite.close();
  process.exit(0);
}
