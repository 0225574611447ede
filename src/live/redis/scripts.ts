import type { Moment } from "../port.ts";
import { declareScript, type Reply } from "./script.ts";

export interface ReadReply {
  readonly now: Moment;
  readonly head: Buffer | null;
  readonly events: readonly Buffer[] | null;
}

export const read = declareScript("read", {
  keys: ["head", "tail"],
  args: ["after"],
  decode(reply): ReadReply {
    const [now, head, events] = reply as [Moment, Buffer | null, Buffer[] | null];
    return { now, head, events };
  },
});

export const install = declareScript("install", {
  keys: ["head", "tail", "wake"],
  args: [
    "uid",
    "version",
    "rewrite",
    "as_of",
    "bound",
    "residency",
    "max_events",
    "max_bytes",
    "blob",
  ],
  rest: "events",
  decode: (reply: Reply): Moment => (reply as [Moment])[0],
});
