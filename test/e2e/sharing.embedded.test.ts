import { afterAll, beforeAll, describe } from "vitest";
import { type GuardedService, startGuarded } from "./access/service.ts";
import { linksSuite } from "./sharing/links.ts";
import { permissionsSuite } from "./sharing/permissions.ts";
import { sharesSuite } from "./sharing/shares.ts";
import { transfersSuite } from "./sharing/transfers.ts";
import { watchesSuite } from "./sharing/watches.ts";

describe("sharing, embedded", () => {
  let service: GuardedService;
  beforeAll(async () => {
    service = await startGuarded();
  });
  afterAll(() => service.close());
  const servers = () => [service] as const;

  describe("permissions", () => permissionsSuite(servers));
  describe("shares", () => sharesSuite(servers));
  describe("links", () => linksSuite(servers));
  describe("transfers", () => transfersSuite(servers));
  describe("watches", () => watchesSuite(servers));
});
