import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { Clock } from "../clock.ts";
import { decodeEvent } from "../domain/event.ts";
import { searchableText } from "../domain/search-text.ts";
import type { IndexChange, Journal, SearchEntry, Unindexed } from "../journal/port.ts";
import type { Chore } from "./sweeper.ts";

/** Sessions taken up at once. */
const BATCH = 32;
/** Events that one statement indexes. */
const EVENTS = 500;
/** Bytes of events that one statement indexes, about. */
const BYTES = 1024 * 1024;

/** Lets the search follow the logs. */
export function indexLogs(journal: Journal, clock: Clock): Chore {
  return {
    name: "index logs for search",
    everyMs: 250,
    async run() {
      const lagging = await journal.takeUnindexed(clock.now(), BATCH);
      await Promise.all(lagging.map((session) => index(journal, session, clock.now())));
      return { done: lagging.length, more: lagging.length === BATCH };
    },
  };
}

async function index(journal: Journal, session: Unindexed, now: Date): Promise<void> {
  const { uid, version } = session;
  for (let from = session.indexedSeq; from <= version; ) {
    const range = { uid, afterSeq: from, upToSeq: version, limit: EVENTS, maxBytes: BYTES };
    const events = (await journal.readEvents(range)).map(decodeEvent);
    const to = events.at(-1)?.seq ?? version;
    await journal.indexEvents(changeOf(session, events, { from, to, now }));
    if (to === version) return;
    from = to;
  }
}

function changeOf(
  session: Unindexed,
  events: readonly Event[],
  reach: { readonly from: number; readonly to: number; readonly now: Date },
): IndexChange {
  const add: SearchEntry[] = [];
  const remove: number[] = [];
  let removeUpTo = 0;
  for (const event of events) {
    const text = searchableText(event);
    if (text !== undefined) add.push({ ...entryAt(event), seq: event.seq, text });
    const { payload } = event;
    if (payload.case === "message" && payload.value.redacted) remove.push(event.seq);
    if (payload.case === "messageRedacted") remove.push(payload.value.messageSeq);
    if (payload.case === "historyCleared") removeUpTo = payload.value.upToSeq;
    if (mayChangeTitle(event)) {
      if (session.title === undefined) remove.push(0);
      else add.push({ ...entryAt(event), seq: 0, text: session.title });
    }
  }
  const { uid, owner } = session;
  return { uid, owner, ...reach, add: lastOfEach(add), remove, removeUpTo };
}

function entryAt(event: Event): Pick<SearchEntry, "writtenAt" | "role"> {
  const role = event.payload.case === "message" ? event.payload.value.role : Role.UNSPECIFIED;
  return { writtenAt: timestampDate(event.at!), role };
}

function mayChangeTitle({ payload }: Event): boolean {
  switch (payload.case) {
    case "sessionCreated":
    case "sessionForked":
      return true;
    case "sessionUpdated":
      return payload.value.fields.includes("title");
    default:
      return false;
  }
}

/** One statement changes an entry once. */
function lastOfEach(entries: readonly SearchEntry[]): SearchEntry[] {
  return [...new Map(entries.map((entry) => [entry.seq, entry])).values()];
}
