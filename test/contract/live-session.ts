import { create } from "@bufbuild/protobuf";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../../src/domain/event.ts";
import type { Copy, Glance, LiveKey, LiveView, Moment } from "../../src/live/port.ts";

let sessions = 0;

/** A session of a toy journal, to be offered to a view in any state. */
export class ToySession {
  readonly key: LiveKey;
  readonly uid: string;

  constructor(key: Partial<LiveKey> = {}, uid?: string) {
    const number = ++sessions;
    const { tenantId = "acme", userId = "ann", sessionId = `chat-${number}` } = key;
    this.key = { tenantId, userId, sessionId };
    this.uid = uid ?? `01890000-0000-7000-8000-${String(number).padStart(12, "0")}`;
  }

  /** The one that has the same id after this one. */
  successor(): ToySession {
    return new ToySession(this.key);
  }

  head(version: number, { title = `at ${version}`, rewriteSeq = 0 } = {}): Head {
    const session = { ...this.key, version, title };
    return create(HeadSchema, { uid: this.uid, rewriteSeq, session });
  }

  events(first: number, last: number, text = "event"): EventRecord[] {
    return Array.from({ length: last - first + 1 }, (_, i) => ({
      seq: first + i,
      turn: Math.ceil((first + i) / 2),
      bytes: new TextEncoder().encode(`${text} ${first + i}`),
    }));
  }

  copy(version: number, asOf: Moment | undefined, rest: CopyRest = {}): Copy {
    return { head: this.head(version, rest), asOf, events: rest.events ?? [] };
  }
}

interface CopyRest {
  readonly title?: string;
  readonly rewriteSeq?: number;
  readonly events?: readonly EventRecord[];
}

/** What a test compares: the head's title and freshness, and its events as text. */
export interface Seen {
  readonly title: string | undefined;
  readonly fresh: boolean;
  readonly events: readonly string[] | undefined;
}

export async function look(view: LiveView, key: LiveKey, eventsAfter?: number): Promise<Seen> {
  return seen(await view.read(key, eventsAfter === undefined ? {} : { eventsAfter }));
}

export function seen({ head, fresh, events }: Glance): Seen {
  const decoder = new TextDecoder();
  return {
    title: head?.session?.title,
    fresh,
    events: events?.map(({ bytes }) => decoder.decode(bytes)),
  };
}

/** A moment that is already past, and later than everything that was installed until now. */
export async function momentOf(view: LiveView): Promise<Moment> {
  const nowhere = { tenantId: "nobody", userId: "ann", sessionId: "nothing" };
  const before = (await view.read(nowhere, {})).moment;
  for (let tries = 0; tries < 5; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const { moment } = await view.read(nowhere, {});
    if (moment > before) return moment;
  }
  return before; // a view that counts what happens to it: nothing did
}
