import { openMemoryView } from "../../src/live/index.ts";
import { type LiveSubject, liveContract } from "./live.ts";

const TAIL = { events: 16, bytes: 3_000 };
const SILENCE_MS = 300;

async function open(boundMs: number): Promise<LiveSubject> {
  const view = openMemoryView({ boundMs, tail: TAIL, silenceMs: SILENCE_MS });
  return {
    view,
    boundMs,
    tail: TAIL,
    silenceMs: SILENCE_MS,
    faults: {
      drop: async ({ key }) => view.evict(key),
      empty: async () => view.clear(),
    },
    close: () => view.close(),
  };
}

liveContract("memory, bound of 500 ms", () => open(500));
liveContract("memory, boundless", () => open(Number.POSITIVE_INFINITY));
