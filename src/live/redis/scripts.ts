import type { Standing } from "../../domain/rate-limits.ts";
import type { Moment, Publication } from "../port.ts";
import { declareScript, type Reply } from "./script.ts";
import type { Taken } from "./token-leases.ts";

export interface ReadReply {
  readonly now: Moment;
  readonly head: Buffer | null;
  readonly events: readonly Buffer[] | null;
}

export const read = declareScript("read", {
  keys: ["head", "tail"],
  args: ["after", "last"],
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

/** `overlap`: the fragment begins before `end` and ends after it. */
export type PublishReply = Publication | { readonly kind: "overlap"; readonly end: number };

export const publish = declareScript("publish", {
  keys: ["head", "open", "wake"],
  args: ["uid", "version", "message", "role", "offset", "length", "text", "silence"],
  decode(reply: Reply): PublishReply {
    const [, outcome, end] = reply as [Moment, Buffer, number];
    const kind = outcome.toString("latin1") as PublishReply["kind"];
    switch (kind) {
      case "taken":
      case "gap":
      case "overlap":
        return { kind, end };
      default:
        return { kind };
    }
  },
});

export const close = declareScript("close", {
  keys: ["open"],
  args: ["uid", "silence", "most"],
  rest: "messages",
  decode: (reply: Reply): Moment => (reply as [Moment])[0],
});

/** Numbers for each charge in the reply. */
const PER_CHARGE = 4;

export const take = declareScript("take", {
  keys: ["tenant", "user", "key"],
  args: [],
  rest: "charges",
  decode(reply: Reply): Taken {
    const [, admitted, ...numbers] = reply as number[];
    const standings: Standing[] = [];
    const lent: number[] = [];
    for (let at = 0; at < numbers.length; at += PER_CHARGE) {
      const [remaining, fullInMs, waitMs, more] = numbers.slice(at) as [
        number,
        number,
        number,
        number,
      ];
      standings.push({ remaining, fullInMs, waitMs });
      lent.push(more);
    }
    return { admitted: admitted === 1, standings, lent };
  },
});

export const forget = declareScript("forget", {
  keys: ["head", "tail", "open"],
  args: ["uid"],
  decode: (reply: Reply): Moment => (reply as [Moment])[0],
});

/** The scripts of the view, by name: a test puts changed ones in their place. */
export interface Scripts {
  readonly read: typeof read;
  readonly install: typeof install;
  readonly publish: typeof publish;
  readonly close: typeof close;
  readonly take: typeof take;
  readonly forget: typeof forget;
}
