import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { ApiKey } from "../../gen/parley/v1/key_service_pb.js";
import type { StoredKey } from "../domain/api-key.ts";
import { unavailable } from "../domain/errors.ts";
import type { EventRecord } from "../domain/event.ts";
import type { Ticket } from "../domain/ticket.ts";
import { deposit } from "./accounts/deposit.ts";
import { listLedger } from "./accounts/list-ledger.ts";
import { readAccount } from "./accounts/read-accounts.ts";
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
import { type HeadRow, headOf } from "./head.ts";
import { createKey } from "./keys/create-key.ts";
import { findKeys } from "./keys/find-keys.ts";
import { listKeys } from "./keys/list-keys.ts";
import { noteKeyUses } from "./keys/note-key-uses.ts";
import { readKey } from "./keys/read-key.ts";
import { revokeKey } from "./keys/revoke-key.ts";
import { rotateKey } from "./keys/rotate-key.ts";
import { Lane } from "./lane.ts";
import { operationDigest } from "./operation.ts";
import { Outage } from "./outage.ts";
import type * as port from "./port.ts";
import { builderOver } from "./queries/builder.ts";
import { prepareReadEvents } from "./queries/events.ts";
import { expireOperations } from "./queries/expire-operations.ts";
import { readDeletedHead, readHeadRows } from "./queries/heads.ts";
import { prepareLatestSession } from "./queries/latest.ts";
import { countLiving } from "./queries/living-sessions.ts";
import { prepareCountMessages, prepareReadMessages } from "./queries/messages.ts";
import { readPastState } from "./queries/past-state.ts";
import { prepareListSessions } from "./queries/session-list.ts";
import { readVersions } from "./queries/versions.ts";
import { findReceipts, receiptOf } from "./receipt.ts";
import { findEntries } from "./search/find-entries.ts";
import { indexEvents } from "./search/index-events.ts";
import { takeUnindexed } from "./search/take-unindexed.ts";
import { findShared } from "./shares/find-shared.ts";
import { listShared } from "./shares/list-shared.ts";
import { dueTasks } from "./tasks/due-tasks.ts";
import { findTask } from "./tasks/find-task.ts";
import { lastCompletion } from "./tasks/last-completion.ts";
import { listTasks } from "./tasks/list-tasks.ts";
import { offerTasks } from "./tasks/offer-tasks.ts";
import { prepareRenewLease } from "./tasks/renew-lease.ts";
import { typicalTask } from "./tasks/typical-task.ts";
import { createTicket, expireTickets, findTicket } from "./tickets/tickets.ts";
import { findTurn, readTurns } from "./turns/read-turns.ts";
import { Writer } from "./writer/writer.ts";

/** Heads one grouped query reads at most. */
const HEADS_PER_QUERY = 500;
const PREFIXES_PER_QUERY = 500;
/** Version questions, each about any number of sessions, that go together. */
const QUESTIONS_PER_QUERY = 100;

const PING = { name: "ping", text: "SELECT 1" };

/** The journal over SQL, wherever its connections come from. */
export class DatabaseJournal implements port.Journal {
  readonly exclusive: boolean;
  readonly erasing: port.Erasing;
  readonly #database: Database;
  readonly #clock: () => Date;
  readonly #reads: Lane;
  readonly #writer: Writer;
  readonly #forker: Forker;
  readonly #readHeadRow: (address: port.SessionAddress) => Promise<HeadRow | undefined>;
  readonly #readVersions: (uids: readonly string[]) => Promise<Map<string, number>>;
  readonly #findKeys: (prefix: string) => Promise<readonly StoredKey[]>;
  readonly #prepared;
  readonly #outage: Outage;
  #closing: Promise<void> | undefined;

  constructor(database: Database, clock: () => Date) {
    this.exclusive = database.exclusive;
    this.#database = database;
    this.#clock = clock;
    this.#writer = new Writer(database, clock);
    this.#forker = new Forker(database, clock);
    const lane = new Lane(database.reads, database);
    this.#reads = lane;
    this.erasing = erasingOver(lane, (work) => this.#guard(work));
    this.#outage = new Outage(() => lane.run(PING, []));
    this.#readHeadRow = grouped((addresses) => readHeadRows(lane, addresses), HEADS_PER_QUERY);
    this.#readVersions = grouped((asked) => readVersionsOfAll(lane, asked), QUESTIONS_PER_QUERY);
    this.#findKeys = grouped((prefixes) => findKeys(lane, prefixes), PREFIXES_PER_QUERY);
    const builder = builderOver(lane);
    this.#prepared = {
      readEvents: prepareReadEvents(builder),
      readMessages: prepareReadMessages(builder),
      countMessages: prepareCountMessages(builder),
      listSessions: prepareListSessions(builder),
      latestSession: prepareLatestSession(builder),
      renewLease: prepareRenewLease(lane),
    };
  }

  createSession(creation: port.Creation): Promise<port.CreationOutcome> {
    return this.#guard(() => this.#writer.createSession(creation));
  }

  changeSession(change: port.Change): Promise<port.ChangeOutcome> {
    return this.#guard(() => this.#writer.changeSession(change));
  }

  forkSession(fork: port.Fork): Promise<port.ForkOutcome> {
    return this.#guard(() => this.#forker.forkSession(fork));
  }

  findReceipt(operation: port.Operation): Promise<port.Receipt | undefined> {
    return this.#guard(async () => {
      const digest = operationDigest(operation);
      const receipts = await findReceipts(this.#reads, [digest], this.#clock());
      const row = receipts.get(digest.toString("hex"));
      return row && receiptOf(row);
    });
  }

  readHead(address: port.SessionAddress): Promise<Head | undefined> {
    return this.#guard(async () => {
      const row = await this.#readHeadRow(address);
      return row && headOf(row);
    });
  }

  readDeletedHead(address: port.SessionAddress): Promise<Head | undefined> {
    return this.#guard(() => readDeletedHead(this.#reads, address));
  }

  readEvents(range: port.EventRange): Promise<EventRecord[]> {
    return this.#guard(() => this.#prepared.readEvents(range));
  }

  readPastState(uid: string, seq: number): Promise<port.PastState> {
    return this.#guard(() => readPastState(this.#reads, uid, seq));
  }

  readMessages(query: port.MessageQuery): Promise<EventRecord[]> {
    return this.#guard(() => this.#prepared.readMessages(query));
  }

  countMessages(query: port.MessageQuery): Promise<number> {
    return this.#guard(() => this.#prepared.countMessages(query));
  }

  readCommentEvents(range: port.EventRange): Promise<EventRecord[]> {
    return this.#guard(() => readCommentEvents(this.#reads, range));
  }

  findMessage(uid: string, messageId: string): Promise<number | undefined> {
    return this.#guard(() => findMessage(this.#reads, uid, messageId));
  }

  readTurns(query: port.TurnQuery): Promise<port.TurnRecords[]> {
    return this.#guard(() => readTurns(this.#reads, query));
  }

  findTurn(query: port.TurnNameQuery): Promise<number | undefined> {
    return this.#guard(() => findTurn(this.#reads, query));
  }

  listSessions(query: port.SessionQuery): Promise<port.SessionPage> {
    return this.#guard(() => this.#prepared.listSessions(query));
  }

  latestSession(filter: port.LatestFilter): Promise<Head | undefined> {
    return this.#guard(() => this.#prepared.latestSession(filter));
  }

  readVersions(uids: readonly string[]): Promise<Map<string, number>> {
    return this.#guard(() => this.#readVersions(uids));
  }

  dueSessions(now: Date, limit: number): Promise<Head[]> {
    return this.#guard(() => dueSessions(this.#reads, now, limit));
  }

  listArchived(query: port.ArchiveQuery): Promise<port.ArchivePage> {
    return this.#guard(() => listArchived(this.#reads, query));
  }

  readArchivedEvents(range: port.EventRange): Promise<EventRecord[]> {
    const { readEvents } = this.#prepared;
    return this.#guard(() => readArchivedEvents(this.#reads, range, readEvents));
  }

  packableSessions(now: Date, limit: number): Promise<string[]> {
    return this.#guard(() => packableSessions(this.#reads, now, limit));
  }

  packLog(uid: string, now: Date): Promise<void> {
    return this.#guard(() => packLog(this.#reads, uid, now));
  }

  unpackLog(uid: string, now: Date): Promise<void> {
    return this.#guard(() => unpackLog(this.#reads, uid, now));
  }

  findEntries(query: port.SearchQuery): Promise<port.SearchPage> {
    return this.#guard(() => findEntries(this.#reads, query));
  }

  takeUnindexed(now: Date, limit: number): Promise<port.Unindexed[]> {
    return this.#guard(() => takeUnindexed(this.#reads, now, limit));
  }

  indexEvents(change: port.IndexChange): Promise<void> {
    return this.#guard(() => indexEvents(this.#reads, change));
  }

  offerTasks(query: port.OfferQuery): Promise<port.TaskPlace[]> {
    return this.#guard(() => offerTasks(this.#reads, query));
  }

  renewLease(renewal: port.LeaseRenewal): Promise<port.LeaseStanding | undefined> {
    return this.#guard(() => this.#prepared.renewLease(renewal));
  }

  dueTasks(now: Date, limit: number): Promise<port.DueTask[]> {
    return this.#guard(() => dueTasks(this.#reads, now, limit));
  }

  findTask(taskId: string): Promise<port.FoundTask | undefined> {
    return this.#guard(() => findTask(this.#reads, taskId));
  }

  listTasks(query: port.TaskQuery): Promise<port.TaskPage> {
    return this.#guard(() => listTasks(this.#reads, query));
  }

  lastCompletion(uid: string): Promise<number | undefined> {
    return this.#guard(() => lastCompletion(this.#reads, uid));
  }

  typicalTask(tenantId: string, type: string): Promise<port.TypicalTask | undefined> {
    return this.#guard(() => typicalTask(this.#reads, tenantId, type));
  }

  countLivingSessions(owner: port.AccountOwner, now: Date, most: number): Promise<number> {
    return this.#guard(async () => {
      const [living] = await countLiving(this.#reads, [{ owner, most }], now);
      return living!;
    });
  }

  readAccount(owner: port.AccountOwner): Promise<port.AccountBalance> {
    return this.#guard(() => readAccount(this.#reads, owner));
  }

  deposit(wanted: port.Deposit): Promise<port.DepositOutcome> {
    return this.#guard(() => deposit(this.#reads, wanted));
  }

  listLedger(query: port.LedgerQuery): Promise<port.LedgerPage> {
    return this.#guard(() => listLedger(this.#reads, query));
  }

  createKey(wanted: port.NewKey): Promise<port.KeyOutcome> {
    return this.#guard(() => createKey(this.#reads, wanted));
  }

  rotateKey(rotation: port.KeyRotation): Promise<port.KeyOutcome | undefined> {
    return this.#guard(() => rotateKey(this.#reads, rotation));
  }

  findKeys(prefix: string): Promise<readonly StoredKey[]> {
    return this.#guard(() => this.#findKeys(prefix));
  }

  readKey(address: port.KeyAddress): Promise<ApiKey | undefined> {
    return this.#guard(() => readKey(this.#reads, address));
  }

  listKeys(query: port.KeyQuery): Promise<port.KeyPage> {
    return this.#guard(() => listKeys(this.#reads, query));
  }

  revokeKey(address: port.KeyAddress, at: Date): Promise<boolean> {
    return this.#guard(() => revokeKey(this.#reads, address, at));
  }

  noteKeyUses(keyIds: readonly string[], at: Date): Promise<void> {
    return this.#guard(() => noteKeyUses(this.#reads, keyIds, at));
  }

  listShared(query: port.SharedQuery): Promise<port.SharedPage> {
    return this.#guard(() => listShared(this.#reads, query));
  }

  findShared(tenantId: string, name: string): Promise<Head | undefined> {
    return this.#guard(() => findShared(this.#reads, tenantId, name));
  }

  createTicket(ticket: Ticket): Promise<void> {
    return this.#guard(() => createTicket(this.#reads, ticket));
  }

  findTicket(hash: Uint8Array): Promise<Ticket | undefined> {
    return this.#guard(() => findTicket(this.#reads, hash));
  }

  expireTickets(now: Date, limit: number): Promise<number> {
    return this.#guard(() => expireTickets(this.#reads, now, limit));
  }

  expireOperations(now: Date, limit: number): Promise<number> {
    return this.#guard(async () => {
      const count = await expireOperations(this.#reads, now, limit);
      if (count > 0 && count < limit) await this.#database.reclaim();
      return count;
    });
  }

  async ping(): Promise<void> {
    await this.#guard(() => this.#reads.run(PING, []));
  }

  close(): Promise<void> {
    this.#outage.end();
    const settled = () => Promise.all([this.#writer.drain(), this.#forker.drain()]);
    this.#closing ??= settled().then(() => this.#database.close());
    return this.#closing;
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
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
