import { afterAll, beforeAll, expect, it } from "vitest";
import { AccountService } from "../../../gen/parley/v1/account_service_pb.js";
import { startService, type TestService } from "../../support/service.ts";
import { outcomeOf } from "./outcome.ts";
import { PROTOCOLS } from "./protocols.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const [reference, ...others] = PROTOCOLS;
const one = {
  name: "where accounts are off",
  input: { userId: "ann", amount: 1 },
  headers: { "x-roles": "admin" },
};

it.each(AccountService.methods)("$name is not there, over every protocol", async (method) => {
  const told = ({ open, tenant }: typeof reference) =>
    outcomeOf({ transport: open(service.url), tenant, kept: {} }, method, one);
  const expected = await told(reference);
  expect(expected.error?.reason).toBe("unimplemented");
  for (const other of others) expect(await told(other)).toEqual(expected);
});
