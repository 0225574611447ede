import { create } from "@bufbuild/protobuf";
import { type Account, AccountSchema } from "../../gen/parley/v1/account_service_pb.js";
import { toDollars } from "./money.ts";

interface Balance {
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
  readonly openRuns: number;
}

/** An account as it is answered. */
export function accountView(userId: string, balance: Balance): Account {
  return create(AccountSchema, {
    userId,
    available: toDollars(balance.availableMicros),
    held: toDollars(balance.heldMicros),
    currency: "USD",
    openRuns: balance.openRuns,
  });
}
