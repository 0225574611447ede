import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../../domain/event.ts";
import type { LiveView, Moment, PublishedFragment, WakeListener } from "../../live/port.ts";
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
  /** The open message; by default there is none. */
  open: PublishedFragment | undefined;
  readonly listeners = new Set<WakeListener>();

  constructor(calls: Calls) {
    const moment = () => calls.now as Moment;
    this.answers = {
      lastMoment: moment,
      read: async (_, { eventsAfter, lastEvents }) => {
        const { head, fresh, events } = this.held;
        const wanted = eventsAfter === undefined && lastEvents === undefined ? undefined : events;
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
      publish: async () => ({ kind: "unknown" }),
      readOpenMessage: async () => this.open,
      closeMessages: async () => {},
      takeTokens: () => ({ admitted: true, standings: [] }),
      forget: async () => {},
      lifeMs: 3_600_000,
      ping: async () => {},
      close: async () => {},
    };
  }

  wake(uid: string, version: number): void {
    for (const listener of this.listeners) listener.woken(uid, version);
  }

  /** Lets a fragment be heard. */
  tell(uid: string, fragment: PublishedFragment): void {
    for (const listener of this.listeners) listener.told(uid, fragment);
  }

  /** Lets the connection of all who listen come back after it was lost. */
  lose(): void {
    for (const listener of this.listeners) listener.lost();
  }
}
