import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../../domain/event.ts";
import type { LiveView, Moment, WakeListener } from "../../live/port.ts";
import type { Calls } from "./calls.ts";

/** What a view answers every read with. */
export interface Held {
  readonly head?: Head;
  readonly fresh: boolean;
  /** Its tail; by default it has none. */
  readonly events?: readonly EventRecord[];
}

/** A live view that holds what a test says, whatever is installed, and wakes when it says so. */
export class ScriptedView {
  readonly answers: LiveView;
  held: Held = { fresh: false };
  readonly listeners = new Set<WakeListener>();

  constructor(calls: Calls) {
    const moment = () => calls.now as Moment;
    this.answers = {
      kind: "memory",
      lastMoment: moment,
      read: async (_, { eventsAfter, lastEvents }) => {
        const { head, fresh, events } = this.held;
        const wanted = eventsAfter === undefined ? lastEvents && events : events;
        return {
          moment: moment(),
          head,
          fresh,
          events: wanted
            ?.filter(({ seq }) => seq > (eventsAfter ?? 0))
            .slice(-(lastEvents ?? Number.POSITIVE_INFINITY)),
        };
      },
      install: async () => {},
      subscribe: async (_, listener) => {
        this.listeners.add(listener);
        return { close: async () => void this.listeners.delete(listener) };
      },
      ping: async () => {},
      close: async () => {},
    };
  }

  wake(uid: string, version: number): void {
    for (const listener of this.listeners) listener.woken(uid, version);
  }
}
