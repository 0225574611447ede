import { afterAll, beforeAll, describe } from "vitest";
import { type GuardedService, startGuarded } from "./access/service.ts";
import { liveSuite } from "./comments/live.ts";
import { permissionsSuite } from "./comments/permissions.ts";
import { remarksSuite } from "./comments/remarks.ts";
import { threadsSuite } from "./comments/threads.ts";

describe("comments, embedded", () => {
  let service: GuardedService;
  beforeAll(async () => {
    service = await startGuarded();
  });
  afterAll(() => service.close());
  const servers = () => [service] as const;

  describe("one", () => remarksSuite(servers));
  describe("many", () => threadsSuite(servers));
  describe("permissions", () => permissionsSuite(servers));
  describe("live", () => liveSuite(servers));
});
