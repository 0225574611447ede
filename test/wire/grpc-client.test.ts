import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from "vitest";
import { AppendMessagesRequestSchema } from "../../gen/parley/v1/conversation_commands_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { createGrpcClient, type GrpcClientOptions } from "../../src/client/grpc.ts";
import { type ParleyError, sessionNotFound, unavailable } from "../../src/domain/errors.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { openServer, type TestServer } from "./server-fixture.ts";

let server: TestServer;
let proxy: TcpProxy;
/** What the next calls come to; those after them succeed. */
let failures: ParleyError[] = [];
let seen: { readonly method: string; readonly requestId: string }[] = [];

function take(method: string, requestId = ""): void {
  seen.push({ method, requestId });
  const failure = failures.shift();
  if (failure !== undefined) throw failure;
}

beforeAll(async () => {
  server = await openServer({
    routes: (router) =>
      router.service(ConversationService, {
        appendMessages: ({ requestId }) => {
          take("append", requestId);
          return { version: 7 };
        },
        listMessages: () => {
          take("list");
          return { total: 7 };
        },
        publishPartial: () => {
          take("publish");
          return { nextOffset: 7 };
        },
      }),
  });
  proxy = await TcpProxy.start(server.port);
});
beforeEach(() => {
  failures = [];
  seen = [];
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});

function client(options: GrpcClientOptions = {}, port = server.port) {
  const opened = createGrpcClient(ConversationService, `127.0.0.1:${port}`, options);
  onTestFinished(() => opened.close());
  return opened;
}

const APPEND = { sessionId: "s", messages: [{ role: Role.USER, content: "hi" }] };

it.each(["lose-request", "lose-reply"] as const)(
  "sends a write again under one request_id, after %s",
  async (fault) => {
    const messages = [{ role: Role.USER, content: fault }];
    const lost = proxy.trap(fault, fault);
    const conversation = client({}, proxy.port);
    expect(await conversation.appendMessages({ ...APPEND, messages })).toMatchObject({
      version: 7,
    });
    await lost;
    expect(seen).toHaveLength(fault === "lose-reply" ? 2 : 1);
    expect(seen[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(seen.map(({ requestId }) => requestId)).size).toBe(1);
  },
);

it("bridges a moment in which nobody listens", async () => {
  const conversation = client({}, proxy.port);
  proxy.refuse();
  const listed = conversation.listMessages({ sessionId: "s" });
  setTimeout(() => proxy.accept(), 200);
  expect(await listed).toMatchObject({ total: 7 });
});

it("tells after four attempts, and at once of whatever the server answers", async () => {
  proxy.refuse();
  const began = performance.now();
  const conversation = client({}, proxy.port);
  await expect(conversation.appendMessages(APPEND)).rejects.toMatchObject({ code: 14 });
  expect(performance.now() - began).toBeLessThan(5_000);
  proxy.accept();
  for (const failure of [unavailable(), sessionNotFound()]) {
    failures = [failure];
    await expect(client().appendMessages(APPEND)).rejects.toThrow();
  }
  expect(seen).toHaveLength(2);
});

it("does not send twice what cannot name itself", async () => {
  const lost = proxy.trap("only once", "lose-reply");
  const partial = { sessionId: "s", messageId: crypto.randomUUID(), text: "only once" };
  const published = client({}, proxy.port).publishPartial(partial);
  await expect(published).rejects.toMatchObject({ code: 14 });
  await lost;
  expect(seen).toHaveLength(1);
});

it("names each call anew, and leaves what the caller gave as it is", async () => {
  const message = create(AppendMessagesRequestSchema, APPEND);
  const conversation = client();
  await conversation.appendMessages(message);
  await conversation.appendMessages(message);
  await conversation.appendMessages({ ...APPEND, requestId: "mine" });
  await conversation.appendMessages(APPEND, { metadata: { "idempotency-key": "in-metadata" } });
  expect(message.requestId).toBe("");
  const ids = seen.map(({ requestId }) => requestId);
  expect(new Set(ids).size).toBe(4);
  expect(ids.slice(2)).toEqual(["mine", "in-metadata"]);
});

it("notices a connection that died in silence, and uses another", async () => {
  const quick = { "grpc.keepalive_time_ms": 200, "grpc.keepalive_timeout_ms": 200 };
  const conversation = client({ channel: quick }, proxy.port);
  await conversation.listMessages({ sessionId: "s" });
  const stalled = proxy.trap("stalls-here", "stall");
  const messages = [{ role: Role.USER, content: "stalls-here" }];
  expect(await conversation.appendMessages({ ...APPEND, messages })).toMatchObject({ version: 7 });
  await stalled;
  expect(seen.map(({ method }) => method)).toEqual(["list", "append", "append"]);
  expect(seen[1]?.requestId).toBe(seen[2]?.requestId);
});

it("can be told otherwise", async () => {
  const lost = proxy.trap("no second time", "lose-reply");
  const messages = [{ role: Role.USER, content: "no second time" }];
  const once = client({ channel: { "grpc.enable_retries": 0 } }, proxy.port);
  await expect(once.appendMessages({ ...APPEND, messages })).rejects.toMatchObject({ code: 14 });
  await lost;
});
