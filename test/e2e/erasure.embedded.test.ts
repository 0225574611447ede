import { afterAll, beforeAll, describe } from "vitest";
import type { TestService } from "../support/service.ts";
import { purgeSuite } from "./erasure/purge.ts";
import { startForgetful } from "./erasure/service.ts";
import { usersSuite } from "./erasure/users.ts";

describe("purges and erasures, embedded", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startForgetful();
  });
  afterAll(() => service.close());

  purgeSuite(() => service);
  describe("erasing a user", () => usersSuite(() => service));
});
