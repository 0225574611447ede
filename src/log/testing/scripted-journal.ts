import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { decodeEvent, type EventRecord, placeEvent } from "../../domain/event.ts";
import { messageOf } from "../../domain/message.ts";
import type {
  Change,
  ChangeOutcome,
  EventRange,
  Journal,
  MessageQuery,
} from "../../journal/port.ts";
import { scriptedErasing } from "./scripted-erasing.ts";

/** A session as a journal has it. */
export interface Kept {
  head: Head;
  events: EventRecord[];
}

function unscripted(method: string): () => Promise<never> {
  return () => Promise.reject(new Error(`no answer was scripted for ${method}`));
}

/**
 * A journal that tells of the sessions it is given, latest first, and commits
 * whatever it is asked to. It decides nothing: "moved", "repeated" and failures
 * are for a test to say, by putting another method in the place of one of these.
 */
export function scriptedJournal(kept: Kept[]): Journal {
  const eventsOf = (uid: string) => kept.find(({ head }) => head.uid === uid)?.events ?? [];
  const messages = (query: MessageQuery) => {
    const { uid, afterSeq, upToSeq, role } = query;
    return eventsOf(uid)
      .filter(({ seq }) => seq > afterSeq && seq <= upToSeq)
      .filter((record) => {
        const message = messageOf(decodeEvent(record));
        return message !== undefined && (role === undefined || message.role === role);
      });
  };
  return {
    exclusive: false,
    erasing: scriptedErasing(),
    async createSession({ head, events: begun }) {
      const events = begun.map(({ bytes }, i) => placeEvent(bytes, i + 1, 0));
      kept.unshift({ head, events });
      return { kind: "committed", head, events };
    },
    changeSession: async (change) => commit(kept, change),
    forkSession: unscripted("forkSession"),
    findReceipt: async () => undefined,
    readHead: async ({ id }) =>
      kept.find(({ head }) => head.session?.sessionId === id || head.session?.externalId === id)
        ?.head,
    readDeletedHead: unscripted("readDeletedHead"),
    readEvents: async ({ uid, afterSeq, upToSeq, limit }: EventRange) =>
      eventsOf(uid)
        .filter(({ seq }) => seq > afterSeq && seq <= upToSeq)
        .slice(0, limit),
    readCommentEvents: async ({ uid, afterSeq, upToSeq, limit }: EventRange) =>
      eventsOf(uid)
        .filter((record) => decodeEvent(record).type.startsWith("comment_"))
        .filter(({ seq }) => seq > afterSeq && seq <= upToSeq)
        .slice(0, limit),
    findMessage: unscripted("findMessage"),
    async readMessages(query) {
      const found = messages(query);
      if (query.order === "desc") found.reverse();
      return found.slice(query.offset, query.offset + query.limit);
    },
    countMessages: async (query) => messages(query).length,
    readPastState: unscripted("readPastState"),
    readTurns: unscripted("readTurns"),
    findTurn: unscripted("findTurn"),
    listSessions: unscripted("listSessions"),
    latestSession: unscripted("latestSession"),
    countLivingSessions: unscripted("countLivingSessions"),
    readVersions: async (uids) =>
      new Map(
        kept
          .filter(({ head }) => uids.includes(head.uid))
          .map(({ head }) => [head.uid, head.session?.version ?? 0]),
      ),
    dueSessions: unscripted("dueSessions"),
    listArchived: unscripted("listArchived"),
    listShared: unscripted("listShared"),
    findShared: unscripted("findShared"),
    readArchivedEvents: unscripted("readArchivedEvents"),
    packableSessions: unscripted("packableSessions"),
    packLog: unscripted("packLog"),
    unpackLog: unscripted("unpackLog"),
    findEntries: unscripted("findEntries"),
    takeUnindexed: unscripted("takeUnindexed"),
    indexEvents: unscripted("indexEvents"),
    offerTasks: unscripted("offerTasks"),
    renewLease: unscripted("renewLease"),
    dueTasks: unscripted("dueTasks"),
    findTask: unscripted("findTask"),
    listTasks: unscripted("listTasks"),
    lastCompletion: unscripted("lastCompletion"),
    typicalTask: unscripted("typicalTask"),
    createKey: unscripted("createKey"),
    rotateKey: unscripted("rotateKey"),
    findKeys: unscripted("findKeys"),
    readKey: unscripted("readKey"),
    listKeys: unscripted("listKeys"),
    revokeKey: unscripted("revokeKey"),
    noteKeyUses: unscripted("noteKeyUses"),
    createTicket: unscripted("createTicket"),
    findTicket: unscripted("findTicket"),
    expireTickets: unscripted("expireTickets"),
    readAccount: unscripted("readAccount"),
    deposit: unscripted("deposit"),
    listLedger: unscripted("listLedger"),
    expireOperations: unscripted("expireOperations"),
    ping: async () => {},
    close: async () => {},
  };
}

function commit(kept: Kept[], change: Change): ChangeOutcome {
  const session = kept.find(({ head }) => head.uid === change.uid);
  if (session?.head.session === undefined) return { kind: "moved", head: undefined };
  const { version, turnCount } = session.head.session;
  const events = change.events.map(({ bytes }, i) =>
    placeEvent(bytes, version + 1 + i, turnCount + 1 + i),
  );
  const last = version + events.length;
  const state = change.state ?? session.head;
  session.head = {
    ...state,
    session: { ...(state.session ?? session.head.session), version: last, turnCount: last - 1 },
  };
  session.events.push(...events);
  return { kind: "committed", head: session.head, events };
}
