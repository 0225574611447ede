import type { Accounts, Erasures, Journal, Keys, Shares, Tasks, Tickets } from "../journal/port.ts";

/** What the live view has no part in: the journal's word is the answer. */
export interface AskedOfJournal
  extends Accounts,
    Keys,
    Shares,
    Pick<Tickets, "createTicket" | "findTicket">,
    Pick<Erasures, "requestErasure" | "readErasure">,
    Pick<Tasks, "offerTasks" | "renewLease" | "findTask" | "listTasks" | "typicalTask"> {}

export function askedOfJournal(journal: Journal): AskedOfJournal {
  return {
    offerTasks: (query) => journal.offerTasks(query),
    renewLease: (renewal) => journal.renewLease(renewal),
    findTask: (taskId) => journal.findTask(taskId),
    listTasks: (query) => journal.listTasks(query),
    typicalTask: (tenantId, type) => journal.typicalTask(tenantId, type),
    readAccount: (owner) => journal.readAccount(owner),
    countLivingSessions: (owner, now, most) => journal.countLivingSessions(owner, now, most),
    deposit: (deposit) => journal.deposit(deposit),
    listLedger: (query) => journal.listLedger(query),
    createKey: (wanted) => journal.createKey(wanted),
    rotateKey: (rotation) => journal.rotateKey(rotation),
    findKeys: (prefix) => journal.findKeys(prefix),
    readKey: (address) => journal.readKey(address),
    listKeys: (query) => journal.listKeys(query),
    revokeKey: (address, at) => journal.revokeKey(address, at),
    listShared: (query) => journal.listShared(query),
    findShared: (tenantId, name) => journal.findShared(tenantId, name),
    noteKeyUses: (keyIds, at) => journal.noteKeyUses(keyIds, at),
    createTicket: (ticket) => journal.createTicket(ticket),
    findTicket: (hash) => journal.findTicket(hash),
    requestErasure: (wanted) => journal.erasing.requestErasure(wanted),
    readErasure: (address) => journal.erasing.readErasure(address),
  };
}
