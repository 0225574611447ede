import type { Guarded } from "../guarded.ts";
import type { Lane } from "../lane.ts";
import { countLiving } from "../queries/living-sessions.ts";
import { deposit } from "./deposit.ts";
import { listLedger } from "./list-ledger.ts";
import type { Accounts } from "./port.ts";
import { readAccount } from "./read-accounts.ts";

/** Accounts over SQL. */
export function accountsOver(lane: Lane, guarded: Guarded): Accounts {
  return {
    readAccount: (owner) => guarded(() => readAccount(lane, owner)),
    countLivingSessions: (owner, now, most) =>
      guarded(async () => {
        const [living] = await countLiving(lane, [{ owner, most }], now);
        return living!;
      }),
    deposit: (wanted) => guarded(() => deposit(lane, wanted)),
    listLedger: (query) => guarded(() => listLedger(lane, query)),
  };
}
