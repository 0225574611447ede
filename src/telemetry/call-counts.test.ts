import { Registry } from "prom-client";
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
  counts.finished("a.B/C", "rest", "ok");
  const begun = [
    'parley_rpc_running{method="a.B/C",protocol="grpc"} 1',
    'parley_rpc_running{method="a.B/C",protocol="rest"} 1',
    'parley_rpc_total{method="a.B/C",protocol="rest",outcome="ok"} 1',
  ];
  expect(await figures(registry)).toEqual(begun);
  expect(await figures(registry)).toEqual(begun);

  counts.finished("a.B/C", "rest", "ok");
  counts.finished("a.B/C", "grpc", "internal");
  expect(await figures(registry)).toEqual([
    'parley_rpc_running{method="a.B/C",protocol="grpc"} 0',
    'parley_rpc_running{method="a.B/C",protocol="rest"} 0',
    'parley_rpc_total{method="a.B/C",protocol="grpc",outcome="internal"} 1',
    'parley_rpc_total{method="a.B/C",protocol="rest",outcome="ok"} 2',
  ]);
});
