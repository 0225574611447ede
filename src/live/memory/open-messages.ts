import { behind, endOf } from "../fragment.ts";
import { CLOSED_MESSAGES } from "../limits.ts";
import type { Fragment, Publication, PublishedFragment } from "../port.ts";

/** What is known of the messages of one session that are not only in the log. */
interface Entry {
  readonly uid: string;
  readonly open: PublishedFragment | undefined;
  /** Ids of the messages that were closed last, latest first. */
  readonly closed: readonly string[];
  /** When there was a word of it last, ms. */
  readonly at: number;
}

export interface OpenMessagesOptions {
  readonly silenceMs: number;
  /** A clock that never goes back. */
  readonly milliseconds: () => number;
  /** Most code units of text in all sessions together, and most sessions. */
  readonly limits: { readonly units: number; readonly sessions: number };
}

/** What became of a fragment, and what of it is new. */
export interface Taken {
  readonly publication: Publication;
  readonly news: PublishedFragment | undefined;
}

/** The open messages of all sessions, the ones nothing was heard of for longest dropped first. */
export class OpenMessages {
  readonly #options: OpenMessagesOptions;
  /** In the order of the last word. */
  readonly #entries = new Map<string, Entry>();
  #units = 0;
  /** How often a message was begun: never set back, so that later openings have greater numbers. */
  #openings = 0;

  constructor(options: OpenMessagesOptions) {
    this.#options = options;
  }

  read(name: string, uid: string): PublishedFragment | undefined {
    this.#forgetOld();
    const entry = this.#entries.get(name);
    return entry?.uid === uid ? entry.open : undefined;
  }

  /** Takes a fragment as `publish.lua` does. */
  take(name: string, uid: string, since: number, fragment: Fragment): Taken {
    this.#forgetOld();
    const entry = this.#of(name, uid);
    if (entry.closed.includes(fragment.messageId)) return refused({ kind: "closed" });
    const open = entry.open?.messageId === fragment.messageId ? entry.open : undefined;
    if (fragment.offset === 0 && open?.text !== fragment.text) {
      const begun = { ...fragment, opening: ++this.#openings, since: open?.since ?? since };
      return this.#keep(name, { ...entry, open: begun }, begun);
    }
    if (open === undefined) {
      return refused(entry.open === undefined ? { kind: "unknown" } : { kind: "gap", end: 0 });
    }
    const end = endOf(open);
    if (fragment.offset > end) return refused({ kind: "gap", end });
    if (endOf(fragment) <= end) return this.#keep(name, entry, undefined);
    const { opening, since: began } = open;
    const news = { ...behind(fragment, end), opening, since: began };
    return this.#keep(name, { ...entry, open: { ...open, text: open.text + news.text } }, news);
  }

  close(name: string, uid: string, messageIds: readonly string[]): void {
    const entry = this.#of(name, uid);
    const isOpen = (id: string) => id === entry.open?.messageId;
    const latest = new Set([...messageIds.filter(isOpen), ...messageIds, ...entry.closed]);
    const closed = [...latest].slice(0, CLOSED_MESSAGES);
    const open = messageIds.some(isOpen) ? undefined : entry.open;
    this.#put(name, { ...entry, open, closed });
  }

  forget(name: string, uid: string): void {
    if (this.#entries.get(name)?.uid === uid) this.#drop(name);
  }

  clear(): void {
    this.#entries.clear();
    this.#units = 0;
  }

  /** A session that was made anew under an id begins with nothing. */
  #of(name: string, uid: string): Entry {
    const held = this.#entries.get(name);
    return held?.uid === uid ? held : { uid, open: undefined, closed: [], at: 0 };
  }

  #keep(name: string, entry: Entry, news: PublishedFragment | undefined): Taken {
    this.#put(name, entry);
    const end = entry.open === undefined ? 0 : endOf(entry.open);
    return { publication: { kind: "taken", end }, news };
  }

  #put(name: string, entry: Entry): void {
    this.#drop(name);
    this.#entries.set(name, { ...entry, at: this.#options.milliseconds() });
    this.#units += unitsOf(entry);
    const { units, sessions } = this.#options.limits;
    for (const oldest of this.#entries.keys()) {
      if (this.#units <= units && this.#entries.size <= sessions) return;
      this.#drop(oldest);
    }
  }

  #forgetOld(): void {
    const since = this.#options.milliseconds() - this.#options.silenceMs;
    for (const [name, { at }] of this.#entries) {
      if (at > since) return;
      this.#drop(name);
    }
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#units -= unitsOf(entry);
  }
}

function unitsOf({ open }: Entry): number {
  return open?.text.length ?? 0;
}

function refused(publication: Publication): Taken {
  return { publication, news: undefined };
}
