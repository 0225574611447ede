import { afterAll, beforeAll, describe } from "vitest";
import { describeWithServices } from "../support/services.ts";
import { type GuardedPair, startGuardedPair } from "./access/guarded-pair.ts";
import { liveSuite } from "./comments/live.ts";
import { permissionsSuite } from "./comments/permissions.ts";
import { remarksSuite } from "./comments/remarks.ts";
import { threadsSuite } from "./comments/threads.ts";

describeWithServices("comments, two servers on Redis and Postgres", () => {
  let pair: GuardedPair;
  beforeAll(async () => {
    pair = await startGuardedPair();
  });
  afterAll(() => pair.close());
  const servers = () => pair.servers;

  describe("one", () => remarksSuite(servers));
  describe("many", () => threadsSuite(servers));
  describe("permissions", () => permissionsSuite(servers));
  describe("live", () => liveSuite(servers));
});
