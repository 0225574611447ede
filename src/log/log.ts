import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Task } from "../../gen/parley/v1/task_pb.js";
import type { Admitted } from "../domain/access.ts";
import type { EventRecord } from "../domain/event.ts";
import type { TurnExcerpt } from "../domain/turn.ts";
import type { TurnIdentity } from "../domain/turn-mark.ts";
import type {
  AccountOwner,
  ArchivePage,
  ArchiveQuery,
  Creation,
  LatestFilter,
  Operation,
  Purge,
  Receipt,
  SessionAddress,
  SessionPage,
  SessionQuery,
} from "../journal/port.ts";
import type { Rates } from "../live/port.ts";
import { type AskedOfJournal, askedOfJournal } from "./asked-of-journal.ts";
import { CoherentView } from "./coherent-view.ts";
import { type ForkRequest, SessionForker } from "./fork-session.ts";
import { PartialPublisher, type PartialRequest } from "./publish-partial.ts";
import { type ArchivedRequest, ArchiveReader } from "./read-archive.ts";
import { readCommentEvents } from "./read-comments.ts";
import { type EventWish, readEvents, readWholeRange } from "./read-events.ts";
import { type MessagePage, type MessageWish, readMessages } from "./read-messages.ts";
import { type Completion, readCompletion } from "./read-results.ts";
import { type Reading, type ReadRequest, SessionReader } from "./read-session.ts";
import { type PastHead, readPastHead } from "./read-state.ts";
import { readTasks, type TaskWish } from "./read-tasks.ts";
import { findTurn, readTurn, readTurns, type TurnWish } from "./read-turns.ts";
import { type FoundPage, type SearchRequest, search } from "./search.ts";
import type { Stores } from "./stores.ts";
import { TaskBell } from "./task-bell.ts";
import { WatchCounts } from "./watch-counts.ts";
import { WatchHubs } from "./watch-hubs.ts";
import { SessionWatcher, type WatchRequest } from "./watch-session.ts";
import type { Update } from "./watch-update.ts";
import { type Created, SessionWriter, type WriteRequest, type Written } from "./write-session.ts";

/**
 * Sessions as one thing: kept in the journal, at hand in the live view. The only
 * place that knows both.
 */
export interface Log extends AskedOfJournal, Rates {
  create(creation: Creation, retryable: boolean): Promise<Created>;
  write(request: WriteRequest): Promise<Written>;
  /** What an operation of the last 24 hours did, if there was one. */
  findReceipt(operation: Operation): Promise<Receipt | undefined>;
  /** Resolves when there may be a task to claim, or the time is over. */
  awaitTask(ms: number, signal: AbortSignal): Promise<void>;
  /** The events that an operation wrote. */
  eventsOf(receipt: Receipt): Promise<readonly EventRecord[]>;
  /** A copy of a session its caller may see; else as `read` refuses. */
  fork(request: ForkRequest): Promise<Created>;
  /** One session its caller may see; else `session_not_found` or `session_expired`. */
  read(request: ReadRequest): Promise<Reading & Admitted>;
  /** The caller's last deleted session of this id. */
  readDeleted(address: SessionAddress): Promise<Head | undefined>;
  /** Takes the caller's sessions of this `session_id` deleted by then away for good; says how many. */
  purgeDeleted(address: SessionAddress, until: Date): Promise<number>;
  /** Lets the live view forget what is being purged; says whether nothing of it is there now. */
  forgetPurged(purge: Purge): Promise<boolean>;
  /** Events in order, at most `limit` and, beyond the live tail, about 4 MiB. */
  events(reading: Reading, wish: EventWish): Promise<readonly EventRecord[]>;
  /** What was read as it was right after one of its events. */
  pastHead(reading: Reading, seq: number): Promise<PastHead>;
  messages(reading: Reading, wish: MessageWish): Promise<MessagePage>;
  turns(reading: Reading, wish: TurnWish): Promise<TurnExcerpt[]>;
  /** The turn of this number, cleared or not. */
  turn(reading: Reading, turn: number): Promise<TurnExcerpt | undefined>;
  /** Events about comments, all of them, up to the version that was read unless told otherwise. */
  commentEvents(reading: Reading, upToSeq?: number): Promise<readonly EventRecord[]>;
  /** The place of the message of this id, if it is one of the last 10,000. */
  findMessage(reading: Reading, messageId: string): Promise<number | undefined>;
  /** The turn of this number, or of this id among the last hundred. */
  findTurn(reading: Reading, name: string): Promise<TurnIdentity | undefined>;
  /** Tasks as they were at the version that was read, at most `limit` and about 4 MiB. */
  tasks(reading: Reading, wish: TaskWish): Promise<Task[]>;
  /** How the last completed task of the session ended; undefined where none has completed. */
  completion(reading: Reading): Promise<Completion | undefined>;
  list(query: SessionQuery): Promise<SessionPage>;
  latest(filter: LatestFilter): Promise<Head | undefined>;
  /** A session whose time is over, as the journal has it; else `session_not_found`. */
  readArchived(request: ArchivedRequest): Promise<Admitted>;
  /** Events of such a session after a seq, at most `limit` and about 4 MiB. */
  archivedEvents(archived: Admitted, afterSeq: number, limit: number): Promise<EventRecord[]>;
  listArchived(query: ArchiveQuery): Promise<ArchivePage>;
  /** Writes what takes a session back, once its log is where it was. */
  revive(request: WriteRequest): Promise<Written>;
  /** Titles and messages of the caller's sessions, by their words. */
  search(request: SearchRequest): Promise<FoundPage>;
  watch(request: WatchRequest): AsyncIterable<Update>;
  /** How many watches of a user this process has open. */
  openWatches(owner: AccountOwner): number;
  /** Tells watchers of a fragment; where the text so far ends then, 0 if it is not known. */
  publishPartial(request: PartialRequest): Promise<number>;
  /** Stops what runs by itself. The stores are closed by who opened them. */
  close(): void;
}

export function createLog(stores: Stores): Log {
  const { journal } = stores;
  const view = new CoherentView(stores.live, stores.clock, stores.stalenessMs);
  const reader = new SessionReader(stores, view);
  const bell = new TaskBell();
  const writer = new SessionWriter(stores, view, reader, bell);
  const forker = new SessionForker(stores, view, reader);
  const archives = new ArchiveReader(stores, reader);
  const publisher = new PartialPublisher(stores, view, reader);
  const hubs = new WatchHubs(stores, view);
  const watches = new WatchCounts();
  const watcher = new SessionWatcher(stores, reader, hubs, watches);
  return {
    create: (creation, retryable) => writer.create(creation, retryable),
    write: (request) => writer.write(request),
    ...askedOfJournal(journal),
    findReceipt: (operation) => journal.findReceipt(operation),
    eventsOf: ({ uid, firstSeq, lastSeq }) =>
      readWholeRange(journal, { uid, afterSeq: firstSeq - 1, upToSeq: lastSeq }),
    awaitTask: (ms, signal) => bell.wait(ms, signal),
    takeTokens: (payer, charges) => stores.live.takeTokens(payer, charges),
    openWatches: (owner) => watches.of(owner),
    fork: (request) => forker.fork(request),
    read: (request) => reader.read(request),
    readDeleted: (address) => journal.readDeletedHead(address),
    purgeDeleted: async (address, until) =>
      (await journal.erasing.purgeDeleted(address, until, stores.clock.now())).length,
    forgetPurged: ({ uid, begunAt, ...key }) =>
      view.forget(key, uid, stores.clock.now().getTime() - begunAt.getTime()),
    events: (reading, wish) => readEvents(journal, reading, wish),
    pastHead: (reading, seq) => readPastHead(journal, reading, seq),
    messages: (reading, wish) => readMessages(journal, reading, wish),
    turns: (reading, wish) => readTurns(journal, reading, wish),
    turn: (reading, turn) => readTurn(journal, reading, turn),
    commentEvents: (reading, upToSeq) => readCommentEvents(journal, reading, upToSeq),
    findMessage: ({ head }, messageId) => journal.findMessage(head.uid, messageId),
    findTurn: (reading, name) => findTurn(journal, reading, name),
    tasks: (reading, wish) => readTasks(journal, reading, wish),
    completion: (reading) => readCompletion(journal, reading),
    list: (query) => journal.listSessions(query),
    latest: (filter) => journal.latestSession(filter),
    readArchived: (request) => archives.read(request),
    archivedEvents: (archived, afterSeq, limit) => archives.events(archived, afterSeq, limit),
    listArchived: (query) => journal.listArchived(query),
    revive: (request) => archives.revive(request, writer),
    search: (request) => search(stores, reader, request),
    watch: (request) => watcher.watch(request),
    publishPartial: (request) => publisher.publish(request),
    close: () => hubs.close(),
  };
}
