import { afterAll, beforeAll, describe } from "vitest";
import type { TestService } from "../../support/service.ts";
import { listsSuite } from "./lists.ts";
import { messagesSuite } from "./messages.ts";
import { protocolsSuite } from "./protocols.ts";
import { sessionsSuite } from "./sessions.ts";

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
    describe("lists", () => listsSuite(target));
    describe("messages", () => messagesSuite(target));
    describe("the same data over every protocol", () => protocolsSuite(target));
  });
}
