import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { openServer, type TestServer } from "./server-fixture.ts";

const grpc = ({ url }: TestServer) => createGrpcTransport({ baseUrl: url });
const connect = ({ url }: TestServer) =>
  createConnectTransport({ baseUrl: url, httpVersion: "1.1" });

async function seqs(server: TestServer, sessionId: string, onFirst: () => void) {
  const seen: number[] = [];
  const client = createClient(ConversationService, grpc(server));
  for await (const { seq } of client.watchSession({ sessionId })) {
    if (seen.push(seq) === 1) onFirst();
  }
  return seen;
}

it("lets calls finish and streams say where to resume", async () => {
  const server = await openServer();
  const overHttp2 = createClient(SessionService, grpc(server)).getSession({
    sessionId: "slow-300",
  });
  const overHttp1 = createClient(SessionService, connect(server)).getSession({
    sessionId: "slow-300",
  });
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const watch = seqs(server, "s", resolve);
  const rest = await fetch(`${server.url}/api/v1/sessions/s/watch`);
  await open;

  const began = performance.now();
  server.announceStop();
  await server.server.drain(5000);

  expect(performance.now() - began).toBeLessThan(2000);
  expect((await overHttp1).session?.sessionId).toBe("slow-300");
  expect((await overHttp2).session?.sessionId).toBe("slow-300");
  expect(await watch).toEqual([1, 2]);
  expect(await rest.text()).toMatch(/id: ?1[\s\S]*id: ?2/);
});

it("tells calls that outlast the grace to try again, and is gone soon after", async () => {
  const server = await openServer();
  const slow = createClient(SessionService, connect(server)).getSession({ sessionId: "slow-9000" });
  const slowOverRest = fetch(`${server.url}/api/v1/sessions/slow-9000`);
  await expect.poll(() => server.running()).toBe(2);
  const began = performance.now();
  const drained = server.server.drain(100);
  await expect(slow).rejects.toThrow("[unavailable] the server is stopping; try again");
  expect((await slowOverRest).status).toBe(503);
  await drained;
  expect(performance.now() - began).toBeLessThan(1500);
});

it("cuts streams that do not end", async () => {
  const server = await openServer();
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const watch = seqs(server, "deaf", resolve);
  await open;
  await server.server.drain(100);
  // The handler was told by its signal and had the time for a last word.
  expect(await watch).toEqual([1, 2]);
});

it("does not wait for tools that keep reflection open", async () => {
  const server = await openServer();
  const questions = async function* () {
    yield { messageRequest: { case: "listServices" as const, value: "" } };
    await new Promise(() => undefined);
  };
  const answers = createClient(ServerReflection, grpc(server)).serverReflectionInfo(questions());
  for await (const answer of answers) {
    expect(answer.messageResponse.case).toBe("listServicesResponse");
    server.announceStop();
  }
  const began = performance.now();
  await server.server.drain(5000);
  expect(performance.now() - began).toBeLessThan(2000);
});

it("takes no more calls while it drains", async () => {
  const server = await openServer();
  const slow = fetch(`${server.url}/api/v1/sessions/slow-300`);
  await expect.poll(() => server.running()).toBe(1);
  const drained = server.server.drain(5000);
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  expect((await slow).headers.get("connection")).toBe("close");
  await drained;
});
