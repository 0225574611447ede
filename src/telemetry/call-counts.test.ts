import { Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { CallCounts } from "./call-counts.ts";

async function figures(registry: Registry): Promise<string[]> {
  const lines = (await registry.metrics()).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).sort();
}

it("gives what was counted whenever it is read", async () => {
  const registry = new Registry();
  const counts = new CallCounts(registry);
  for (const protocol of ["rest", "rest", "grpc"]) counts.started("a.B/C", protocol);
  counts.finished("a.B/C", "rest", "ok", undefined);
  const begun = [
    'parley_rpc_running{method="a.B/C",protocol="grpc"} 1',
    'parley_rpc_running{method="a.B/C",protocol="rest"} 1',
    'parley_rpc_total{method="a.B/C",protocol="rest",outcome="ok"} 1',
  ];
  expect(await figures(registry)).toEqual(begun);
  expect(await figures(registry)).toEqual(begun);

  counts.finished("a.B/C", "rest", "ok", undefined);
  counts.finished("a.B/C", "grpc", "internal", undefined);
  expect(await figures(registry)).toEqual([
    'parley_rpc_running{method="a.B/C",protocol="grpc"} 0',
    'parley_rpc_running{method="a.B/C",protocol="rest"} 0',
    'parley_rpc_total{method="a.B/C",protocol="grpc",outcome="internal"} 1',
    'parley_rpc_total{method="a.B/C",protocol="rest",outcome="ok"} 2',
  ]);
});

it("times them as prom-client would", async () => {
  const registry = new Registry();
  const counts = new CallCounts(registry);
  const reference = new Registry();
  const histogram = new Histogram({
    name: "parley_rpc_seconds",
    help: "How long calls took that are no streams.",
    labelNames: ["method", "protocol"],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [reference],
  });
  for (const seconds of [0, 0.0005, 0.0006, 0.25, 29, 31, 1000]) {
    counts.finished("a.B/C", "rest", "ok", seconds);
    histogram.observe({ method: "a.B/C", protocol: "rest" }, seconds);
  }
  const timed = (await figures(registry)).filter((line) => line.includes("_seconds"));
  expect(timed).toEqual(await figures(reference));
  expect((await registry.getMetricsAsJSON()).at(-1)).toMatchObject({ name: "parley_rpc_seconds" });
});
