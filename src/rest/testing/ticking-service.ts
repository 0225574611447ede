import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { captureServices } from "../capture.ts";
import { createRest, type RestOptions } from "../rest.ts";
import { defineSchema, field, getService, message } from "./schema.ts";

const schema = defineSchema(
  {
    messageType: [
      message("Ask", [field("kind", 1, Type.STRING)]),
      message("Note", [field("text", 1, Type.STRING)]),
      message("Tick", [field("seq", 1, Type.UINT32), field("note", 2, Type.MESSAGE, "test.Note")]),
    ],
  },
  [
    {
      name: "Tick",
      input: "Ask",
      output: "Tick",
      serverStreaming: true,
      http: {
        pattern: { case: "get", value: "/ticks/{kind}" },
        additionalBindings: [
          { pattern: { case: "get", value: "/notes/{kind}" }, responseBody: "note" },
        ],
      },
      rest: { eventIdField: "seq", successStatuses: [203] },
    },
  ],
);

/** How often a handler was started and how often it came to its end. */
export interface Runs {
  started: number;
  ended: number;
}

/**
 * One streaming method whose `kind` says how it behaves: `two` sends two messages with
 * a pause of 150 ms; `open` one, then waits until it is stopped and ends as if all were
 * said; `mute` the same without a message; `flood` large ones without end.
 */
export function tickingHandler(options: Partial<RestOptions> = {}) {
  const runs: Runs = { started: 0, ended: 0 };
  async function* tick({ kind }: { kind: string }, { signal }: HandlerContext) {
    runs.started++;
    const stopped = once(signal, "abort");
    try {
      if (kind !== "mute") yield { seq: 1, note: { text: "one" } };
      if (kind === "flood") {
        const text = "x".repeat(100_000);
        for (let seq = 2; !signal.aborted; seq++) yield { seq, note: { text } };
      }
      if (kind === "breaks") throw new ConnectError("broken", Code.DataLoss);
      if (kind === "two") {
        await sleep(150);
        yield { seq: 2, note: undefined };
      } else await stopped;
    } finally {
      runs.ended++;
    }
  }
  const captured = captureServices(createConnectRouter());
  for (const method of getService(schema).methods) captured.router.rpc(method, tick as never);
  return { runs, handler: createRest({ methods: captured.methods, heartbeatMs: 40, ...options }) };
}
