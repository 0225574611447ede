import { expect, test } from "vitest";
import { negotiate } from "./accept.ts";

const offers = ["text/event-stream", "application/x-ndjson", "application/json"] as const;

test.each([
  [undefined, "text/event-stream"],
  ["", "text/event-stream"],
  ["*/*", "text/event-stream"],
  ["application/json", "application/json"],
  ["APPLICATION/JSON; charset=utf-8", "application/json"],
  ["application/*", "application/x-ndjson"],
  ["application/*, application/json", "application/json"],
  ["text/html, */*;q=0.1", "text/event-stream"],
  ["text/event-stream;q=0.5, application/json", "application/json"],
  ["text/event-stream;q=0, */*", "application/x-ndjson"],
  ["application/json, text/event-stream", "text/event-stream"],
  ["application/json;q=oops", "application/json"],
  ["text/html", undefined],
  ["*/*;q=0", undefined],
  [",;,", undefined],
])("Accept: %s", (accept, expected) => {
  expect(negotiate(accept, offers)).toBe(expected);
});
