import { afterAll, beforeAll, describe } from "vitest";
import type { TestService } from "../../support/service.ts";
import { bulkSuite } from "./bulk.ts";
import { derivationSuite } from "./derivation.ts";
import { documentsSuite } from "./documents.ts";
import { forksSuite } from "./forks.ts";
import { historySuite } from "./history.ts";
import { listsSuite } from "./lists.ts";
import { messagesSuite } from "./messages.ts";
import { protocolsSuite } from "./protocols.ts";
import { sessionsSuite } from "./sessions.ts";
import { stateSuite } from "./state.ts";
import { turnsSuite } from "./turns.ts";

/** What every caller may expect of a conversation, over every protocol, in every home. */
export function conversationSuite(name: string, open: () => Promise<TestService>): void {
  describe(`conversations: ${name}`, () => {
    let service: TestService;
    beforeAll(async () => {
      service = await open();
    });
    afterAll(() => service.close());
    const target = {
      get url() {
        return service.url;
      },
    };
    describe("a session", () => sessionsSuite(target));
    describe("many at once", () => bulkSuite(target));
    describe("lists", () => listsSuite(target));
    describe("messages", () => messagesSuite(target));
    describe("the history", () => historySuite(target));
    describe("turns", () => turnsSuite(target));
    describe("the state", () => stateSuite(target));
    describe("a fork", () => forksSuite(target));
    describe("the session of a chat request", () => derivationSuite(target));
    describe("the documents", () => documentsSuite(target));
    describe("the same data over every protocol", () => protocolsSuite(target));
  });
}
