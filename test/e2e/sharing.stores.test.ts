import { afterAll, beforeAll, describe } from "vitest";
import { describeWithServices } from "../support/services.ts";
import { type GuardedPair, startGuardedPair } from "./access/guarded-pair.ts";
import { linksSuite } from "./sharing/links.ts";
import { permissionsSuite } from "./sharing/permissions.ts";
import { sharesSuite } from "./sharing/shares.ts";
import { transfersSuite } from "./sharing/transfers.ts";
import { watchesSuite } from "./sharing/watches.ts";

describeWithServices("sharing, two servers on Redis and Postgres", () => {
  let pair: GuardedPair;
  beforeAll(async () => {
    pair = await startGuardedPair();
  });
  afterAll(() => pair.close());
  const servers = () => pair.servers;

  describe("permissions", () => permissionsSuite(servers));
  describe("shares", () => sharesSuite(servers));
  describe("links", () => linksSuite(servers));
  describe("transfers", () => transfersSuite(servers));
  describe("watches", () => watchesSuite(servers));
});
