import { freePort } from "../support/free-port.ts";
import { type ParleyProcess, startParley } from "../support/process.ts";

/** A server process to be hostile to, and a way to see what it really holds. */
export interface Target {
  readonly parley: ParleyProcess;
  /** Bytes of its heap that are in use after a full collection. */
  heapInUse(): Promise<number>;
}

/** Starts an embedded service that logs what went wrong only. Stop `parley` in the end. */
export async function startTarget(): Promise<Target> {
  const inspector = await freePort();
  const parley = await startParley({
    env: {
      LOG_LEVEL: "warn",
      PARLEY_ACCOUNTS: "on",
      // A busy machine lets a request wait behind another for seconds; far below what counts as hanging.
      PARLEY_READER_TIMEOUT: "8s",
      NODE_OPTIONS: `--inspect=127.0.0.1:${inspector}`,
    },
    patience: 60_000,
  });
  return {
    parley,
    async heapInUse() {
      await collectGarbage(inspector);
      const text = await (await fetch(`${parley.url}/metrics`)).text();
      return Number(/^nodejs_heap_size_used_bytes (\d+)/m.exec(text)?.[1]);
    },
  };
}

/** What waits to be collected is most of a heap under load, and says nothing about leaks. */
async function collectGarbage(inspector: number): Promise<void> {
  const list = await fetch(`http://127.0.0.1:${inspector}/json/list`);
  const [target] = (await list.json()) as [{ webSocketDebuggerUrl: string }];
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  socket.onerror = reject;
  socket.onopen = () => socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}');
  socket.onmessage = resolve;
  await promise.finally(() => socket.close());
}
