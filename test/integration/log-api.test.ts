import { Code, createClient, createRouterTransport, type Interceptor } from "@connectrpc/connect";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { StateService } from "../../gen/parley/v1/state_service_pb.js";
import { TurnService } from "../../gen/parley/v1/turn_service_pb.js";
import { callerKey } from "../../src/api/caller.ts";
import { registerServices } from "../../src/api/index.ts";
import { systemClock } from "../../src/clock.ts";
import { DEFAULT_RETENTION } from "../../src/domain/retention.ts";
import { DEFAULT_WORK_POLICY } from "../../src/domain/work-policy.ts";
import { uuidV7 } from "../../src/ids.ts";
import type { Operation } from "../../src/journal/port.ts";
import { scriptedLog } from "../../src/log/testing/scripted-log.ts";
import { headAt, ID, OWNER } from "../../src/log/testing/sessions.ts";
import { mapErrors } from "../../src/server/interceptors/errors.ts";

/** The surface behind as little of its edge as it needs, over a journal and a view that do what a test says. */
function setUp() {
  const scripted = scriptedLog(3);
  const asOwner: Interceptor = (next) => (request) => {
    request.contextValues.set(callerKey, OWNER);
    return next(request);
  };
  const logger = pino({ level: "silent" });
  const context = {
    log: scripted.log,
    clock: systemClock,
    ids: uuidV7,
    logger,
    work: DEFAULT_WORK_POLICY,
    retention: DEFAULT_RETENTION,
    shutdown: new AbortController().signal,
  };
  const transport = createRouterTransport((router) => registerServices(router, context), {
    router: { interceptors: [mapErrors(logger), asOwner] },
  });
  const operations = () =>
    scripted.calls
      .named("journal.changeSession")
      .map(({ args: [change] }) => (change as { operation: Operation }).operation);
  return {
    ...scripted,
    operations,
    sessions: createClient(SessionService, transport),
    conversation: createClient(ConversationService, transport),
    turns: createClient(TurnService, transport),
    states: createClient(StateService, transport),
  };
}

const hello = { role: Role.USER, content: "hello" };

describe("a call that writes", () => {
  it("is named by its caller, its method and its request_id", async () => {
    const { sessions, conversation, operations } = setUp();
    const named = { sessionId: ID, requestId: "same" };
    await conversation.appendMessages({ ...named, messages: [hello] });
    await sessions.deleteSession(named);
    const { tenantId, userId } = OWNER;
    expect(operations()).toMatchObject([
      { tenantId, userId, key: "same", method: "parley.v1.ConversationService/AppendMessages" },
      { tenantId, userId, key: "same", method: "parley.v1.SessionService/DeleteSession" },
    ]);
  });

  it("is known by what it asks, whatever its request_id", async () => {
    const { conversation, operations } = setUp();
    const append = (requestId: string, content: string) =>
      conversation.appendMessages({
        sessionId: ID,
        requestId,
        messages: [{ role: Role.USER, content }],
      });
    await append("a", "hello");
    await append("b", "hello");
    await append("a", "other");
    const [one, other, different] = operations().map(({ requestHash }) => requestHash);
    expect(one).toEqual(other);
    expect(one).not.toEqual(different);
  });

  it("that nobody named is named anew each time", async () => {
    const { conversation, operations } = setUp();
    await conversation.appendMessages({ sessionId: ID, messages: [hello] });
    await conversation.appendMessages({ sessionId: ID, messages: [hello] });
    const [one, other] = operations().map(({ key }) => key);
    expect(one).not.toBe(other);
  });
});

describe("an append", () => {
  const content = "x".repeat(1024 * 1024);

  it("of more than 4 MiB in all is refused before anything is asked", async () => {
    const { conversation, calls } = setUp();
    const messages = Array.from({ length: 4 }, () => ({ role: Role.USER, content }));
    const append = conversation.appendMessages({ sessionId: ID, messages });
    await expect(append).rejects.toMatchObject({ code: Code.ResourceExhausted });
    expect(calls.all).toEqual([]);
  });

  it("is refused where the log has no room for it, like all that appends", async () => {
    const { conversation, turns, kept } = setUp();
    const full = { sessionId: ID };
    kept[0]!.head = headAt(3, { logBytes: 1024n ** 3n - 1n });
    for (const refused of [
      () => conversation.appendMessages({ ...full, messages: [hello] }),
      () => conversation.appendEvents({ ...full, events: [{ name: "note" }] }),
      () => turns.beginTurn(full),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: Code.ResourceExhausted });
    }
  });

  it("of less is not", async () => {
    const { conversation } = setUp();
    const messages = Array.from({ length: 3 }, () => ({ role: Role.USER, content }));
    const { version } = await conversation.appendMessages({ sessionId: ID, messages });
    expect(version).toBe(6);
  });
});

describe("a state at an event", () => {
  it("that a copy does not reach is asked of the journal, and one it does is not", async () => {
    const { states, view, calls, journal, grow } = setUp();
    view.held = { head: headAt(3), fresh: true };
    journal.readPastState = async () => ({
      base: { head: headAt(1, { context: { once: true } }), seq: 2, stateVersion: 2 },
      events: [],
    });
    const past = await states.getSessionState({ sessionId: ID, atSeq: 2 });
    expect(past).toMatchObject({
      seq: 2,
      stateVersion: 2,
      etag: "",
      state: { context: { once: true } },
    });
    expect(calls.named("journal.readHead")).toEqual([]);
    grow(5);
    const newer = await states.getSessionState({ sessionId: ID, atSeq: 5 });
    expect(newer).toMatchObject({ seq: 5, etag: expect.stringMatching(/^1-5-/) });
    expect(calls.named("journal.readHead")).toHaveLength(1);
    const beyond = states.getSessionState({ sessionId: ID, atSeq: 6 });
    await expect(beyond).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});
