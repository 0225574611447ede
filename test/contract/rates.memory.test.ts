import { openMemoryView } from "../../src/live/index.ts";
import { type RatesSubject, ratesContract } from "./rates.ts";

async function open(): Promise<RatesSubject> {
  let now = 0;
  const view = openMemoryView({ milliseconds: () => now });
  return {
    rates: view,
    another: undefined,
    advance: async (ms) => {
      now += ms;
    },
    empty: async () => view.clear(),
    close: () => view.close(),
  };
}

ratesContract("memory", open);
