import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { unavailable } from "../domain/errors.ts";
import type { EventRecord } from "../domain/event.ts";
import { accountsOver } from "./accounts/database-accounts.ts";
import { dueSessions, listArchived, packableSessions } from "./archive/archived-sessions.ts";
import { packLog } from "./archive/pack.ts";
import { readArchivedEvents } from "./archive/read-archived.ts";
import { unpackLog } from "./archive/unpack.ts";
import { findMessage } from "./comments/find-message.ts";
import { readCommentEvents } from "./comments/read-comment-events.ts";
import type { Database } from "./database.ts";
import { erasingOver } from "./erasure/database-erasing.ts";
import { saysAway, translated } from "./failure.ts";
import { Forker } from "./fork/forker.ts";
import { grouped } from "./grouped.ts";
import type { Guarded } from "./guarded.ts";
import { type HeadRow, headOf } from "./head.ts";
import { keysOver } from "./keys/database-keys.ts";
import { Lane } from "./lane.ts";
import { operationDigest } from "./operation.ts";
import { Outage } from "./outage.ts";
import type * as port from "./port.ts";
import { builderOver } from "./queries/builder.ts";
import { prepareReadEvents } from "./queries/events.ts";
import { expireOperations } from "./queries/expire-operations.ts";
import { readDeletedHead, readHeadRows } from "./queries/heads.ts";
import { prepareLatestSession } from "./queries/latest.ts";
import { prepareCountMessages, prepareReadMessages } from "./queries/messages.ts";
import { readPastState } from "./queries/past-state.ts";
import { prepareListSessions } from "./queries/session-list.ts";
import { readVersions } from "./queries/versions.ts";
import { findReceipts, receiptOf } from "./receipt.ts";
import { findEntries } from "./search/find-entries.ts";
import { indexEvents } from "./search/index-events.ts";
import { takeUnindexed } from "./search/take-unindexed.ts";
import { sharesOver } from "./shares/database-shares.ts";
import { tasksOver } from "./tasks/database-tasks.ts";
import { ticketsOver } from "./tickets/database-tickets.ts";
import { findTurn, readTurns } from "./turns/read-turns.ts";
import { Writer } from "./writer/writer.ts";

/** Heads one grouped query reads at most. */
const HEADS_PER_QUERY = 500;
/** Version questions, each about any number of sessions, that go together. */
const QUESTIONS_PER_QUERY = 100;

const PING = { name: "ping", text: "SELECT 1" };

/** What has nothing to do with a log stands in a folder of its own, with its port. */
type Beside = port.Accounts & port.Keys & port.Tasks & port.Shares & port.Tickets;

/** The journal over SQL, wherever its connections come from. */
export function databaseJournal(database: Database, clock: () => Date): port.Journal {
  const lane = new Lane(database.reads, database);
  const logs = new DatabaseLogs(database, lane, clock);
  const guarded: Guarded = (work) => logs.guarded(work);
  return Object.assign(logs, {
    ...accountsOver(lane, guarded),
    ...keysOver(lane, guarded),
    ...tasksOver(lane, guarded),
    ...sharesOver(lane, guarded),
    ...ticketsOver(lane, guarded),
    erasing: erasingOver(lane, guarded),
  });
}

/** Sessions and their logs, and how the journal fails. */
class DatabaseLogs implements Omit<port.Journal, keyof Beside | "erasing"> {
  readonly exclusive: boolean;
  readonly #database: Database;
  readonly #clock: () => Date;
  readonly #reads: Lane;
  readonly #writer: Writer;
  readonly #forker: Forker;
  readonly #readHeadRow: (address: port.SessionAddress) => Promise<HeadRow | undefined>;
  readonly #readVersions: (uids: readonly string[]) => Promise<Map<string, number>>;
  readonly #prepared;
  readonly #outage: Outage;
  #closing: Promise<void> | undefined;

  constructor(database: Database, lane: Lane, clock: () => Date) {
    this.exclusive = database.exclusive;
    this.#database = database;
    this.#clock = clock;
    this.#writer = new Writer(database, clock);
    this.#forker = new Forker(database, clock);
    this.#reads = lane;
    this.#outage = new Outage(() => lane.run(PING, []));
    this.#readHeadRow = grouped((addresses) => readHeadRows(lane, addresses), HEADS_PER_QUERY);
    this.#readVersions = grouped((asked) => readVersionsOfAll(lane, asked), QUESTIONS_PER_QUERY);
    const builder = builderOver(lane);
    this.#prepared = {
      readEvents: prepareReadEvents(builder),
      readMessages: prepareReadMessages(builder),
      countMessages: prepareCountMessages(builder),
      listSessions: prepareListSessions(builder),
      latestSession: prepareLatestSession(builder),
    };
  }

  createSession(creation: port.Creation): Promise<port.CreationOutcome> {
    return this.guarded(() => this.#writer.createSession(creation));
  }

  changeSession(change: port.Change): Promise<port.ChangeOutcome> {
    return this.guarded(() => this.#writer.changeSession(change));
  }

  forkSession(fork: port.Fork): Promise<port.ForkOutcome> {
    return this.guarded(() => this.#forker.forkSession(fork));
  }

  findReceipt(operation: port.Operation): Promise<port.Receipt | undefined> {
    return this.guarded(async () => {
      const digest = operationDigest(operation);
      const receipts = await findReceipts(this.#reads, [digest], this.#clock());
      const row = receipts.get(digest.toString("hex"));
      return row && receiptOf(row);
    });
  }

  readHead(address: port.SessionAddress): Promise<Head | undefined> {
    return this.guarded(async () => {
      const row = await this.#readHeadRow(address);
      return row && headOf(row);
    });
  }

  readDeletedHead(address: port.SessionAddress): Promise<Head | undefined> {
    return this.guarded(() => readDeletedHead(this.#reads, address));
  }

  readEvents(range: port.EventRange): Promise<EventRecord[]> {
    return this.guarded(() => this.#prepared.readEvents(range));
  }

  readPastState(uid: string, seq: number): Promise<port.PastState> {
    return this.guarded(() => readPastState(this.#reads, uid, seq));
  }

  readMessages(query: port.MessageQuery): Promise<EventRecord[]> {
    return this.guarded(() => this.#prepared.readMessages(query));
  }

  countMessages(query: port.MessageQuery): Promise<number> {
    return this.guarded(() => this.#prepared.countMessages(query));
  }

  readCommentEvents(range: port.EventRange): Promise<EventRecord[]> {
    return this.guarded(() => readCommentEvents(this.#reads, range));
  }

  findMessage(uid: string, messageId: string): Promise<number | undefined> {
    return this.guarded(() => findMessage(this.#reads, uid, messageId));
  }

  readTurns(query: port.TurnQuery): Promise<port.TurnRecords[]> {
    return this.guarded(() => readTurns(this.#reads, query));
  }

  findTurn(query: port.TurnNameQuery): Promise<number | undefined> {
    return this.guarded(() => findTurn(this.#reads, query));
  }

  listSessions(query: port.SessionQuery): Promise<port.SessionPage> {
    return this.guarded(() => this.#prepared.listSessions(query));
  }

  latestSession(filter: port.LatestFilter): Promise<Head | undefined> {
    return this.guarded(() => this.#prepared.latestSession(filter));
  }

  readVersions(uids: readonly string[]): Promise<Map<string, number>> {
    return this.guarded(() => this.#readVersions(uids));
  }

  dueSessions(now: Date, limit: number): Promise<Head[]> {
    return this.guarded(() => dueSessions(this.#reads, now, limit));
  }

  listArchived(query: port.ArchiveQuery): Promise<port.ArchivePage> {
    return this.guarded(() => listArchived(this.#reads, query));
  }

  readArchivedEvents(range: port.EventRange): Promise<EventRecord[]> {
    const { readEvents } = this.#prepared;
    return this.guarded(() => readArchivedEvents(this.#reads, range, readEvents));
  }

  packableSessions(now: Date, limit: number): Promise<string[]> {
    return this.guarded(() => packableSessions(this.#reads, now, limit));
  }

  packLog(uid: string, now: Date): Promise<void> {
    return this.guarded(() => packLog(this.#reads, uid, now));
  }

  unpackLog(uid: string, now: Date): Promise<void> {
    return this.guarded(() => unpackLog(this.#reads, uid, now));
  }

  findEntries(query: port.SearchQuery): Promise<port.SearchPage> {
    return this.guarded(() => findEntries(this.#reads, query));
  }

  takeUnindexed(now: Date, limit: number): Promise<port.Unindexed[]> {
    return this.guarded(() => takeUnindexed(this.#reads, now, limit));
  }

  indexEvents(change: port.IndexChange): Promise<void> {
    return this.guarded(() => indexEvents(this.#reads, change));
  }

  expireOperations(now: Date, limit: number): Promise<number> {
    return this.guarded(async () => {
      const count = await expireOperations(this.#reads, now, limit);
      if (count > 0 && count < limit) await this.#database.reclaim();
      return count;
    });
  }

  async ping(): Promise<void> {
    await this.guarded(() => this.#reads.run(PING, []));
  }

  close(): Promise<void> {
    this.#outage.end();
    const settled = () => Promise.all([this.#writer.drain(), this.#forker.drain()]);
    this.#closing ??= settled().then(() => this.#database.close());
    return this.#closing;
  }

  async guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw unavailable(new Error("the journal is closed"));
    if (this.#outage.lasts) throw unavailable(new Error("the journal was away just now"));
    try {
      return await work();
    } catch (error) {
      const failure = translated(error);
      if (saysAway(failure)) this.#outage.begin();
      throw failure;
    }
  }
}

/** One query for what several callers want to know; each picks its own from the answer. */
async function readVersionsOfAll(
  lane: Lane,
  asked: readonly (readonly string[])[],
): Promise<Map<string, number>[]> {
  const versions = await readVersions(lane, [...new Set(asked.flat())]);
  return asked.map((uids) => new Map(uids.flatMap((uid) => pick(versions, uid))));
}

function pick(versions: ReadonlyMap<string, number>, uid: string): [string, number][] {
  const version = versions.get(uid);
  return version === undefined ? [] : [[uid, version]];
}
