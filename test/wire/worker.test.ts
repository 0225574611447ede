import { createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import {
  type ConnectTransportOptions,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WorkerSignal } from "../../gen/parley/v1/worker_requests_pb.js";
import { WorkerService } from "../../gen/parley/v1/worker_service_pb.js";
import {
  createGrpcClient,
  createWorker,
  type JobAborted,
  type Trouble,
  type WorkerClient,
  type WorkerOptions,
} from "../../src/client/index.ts";
import { unavailable } from "../../src/domain/errors.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { openServer, type TestServer } from "./server-fixture.ts";
import { WorkerServiceInMemory } from "./worker-service.ts";

const SOON = { timeout: 20_000 };
const service = new WorkerServiceInMemory();
let server: TestServer;
let proxy: TcpProxy;
beforeAll(async () => {
  server = await openServer({
    routes: (router) => router.service(WorkerService, service.implementation),
  });
  proxy = await TcpProxy.start(server.port);
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});

const asWorker: Interceptor = (next) => (request) => {
  request.header.set("x-roles", "worker");
  return next(request);
};
type TransportBase = Pick<ConnectTransportOptions, "baseUrl" | "interceptors">;

const overConnect = (open: (base: TransportBase) => Transport) => () => {
  const baseUrl = `http://127.0.0.1:${proxy.port}`;
  const transport = open({ baseUrl, interceptors: [asWorker] });
  return { client: createClient(WorkerService, transport), close: () => undefined };
};

const CLIENTS: Record<string, () => { client: WorkerClient; close: () => void }> = {
  "@grpc/grpc-js": () => {
    const metadata = { "x-roles": "worker" };
    const client = createGrpcClient(WorkerService, `127.0.0.1:${proxy.port}`, { metadata });
    return { client, close: () => client.close() };
  },
  "Connect over HTTP/1.1": overConnect((base) =>
    createConnectTransport({ ...base, httpVersion: "1.1" }),
  ),
  "Connect over h2c": overConnect((base) => createConnectTransport({ ...base, httpVersion: "2" })),
  "gRPC of Connect": overConnect((base) => createGrpcTransport(base)),
  "gRPC-Web": overConnect((base) => createGrpcWebTransport({ ...base, httpVersion: "1.1" })),
};

describe.each(Object.keys(CLIENTS))("a worker over %s", (name) => {
  let tasks = 0;
  const submit = () => service.submit(`${name} ${++tasks}`);

  /** Until the end of the test, a worker that does this. */
  function work(handle: WorkerOptions["handle"], options: Partial<WorkerOptions> = {}) {
    const troubles: (Trouble & { error: unknown })[] = [];
    const { client, close } = CLIENTS[name]!();
    const onError: WorkerOptions["onError"] = (error, trouble) =>
      troubles.push({ ...trouble, error });
    const worker = createWorker({ client, handle, onError, workerId: "w", ...options });
    onTestFinished(async () => {
      await worker.stop({ graceMs: 0 });
      close();
      // A claim that the worker gave up is still at the server for a moment, and could take a task.
      await expect.poll(() => server.running(), SOON).toBe(0);
    });
    worker.start();
    return { worker, troubles };
  }

  it("does all a worker can", async () => {
    const { troubles } = work(async (job) => {
      await job.progress({ stage: "reading" });
      const stream = job.stream();
      for (const token of ["for", "ty", " two 🐎"]) stream.write(token);
      job.usage([
        { model: "m", tokens: 4n },
        { model: "n", tokens: 2n },
      ]);
      await job.decide("answered");
      await stream.end();
      return { result: job.task.query, results: { answer: 42 } };
    });
    const task = submit();
    await expect.poll(() => task.log.length, SOON).toBe(6);
    expect(task.log).toEqual([
      "stage reading",
      "used 4 of m",
      "used 2 of n",
      "event decision answered",
      "message forty two 🐎",
      'completed by w {"answer":42}',
    ]);
    expect(task.partials[0]).toBe("0 for");
    expect(troubles).toEqual([]);
  });

  it("learns of a cancellation, and of a lost lease from its details", async () => {
    const seen: JobAborted[] = [];
    const { troubles } = work(
      (job) =>
        new Promise<string>((_, reject) => {
          job.signal.addEventListener("abort", () => {
            seen.push(job.signal.reason);
            reject(job.signal.reason);
          });
        }),
      { leaseSeconds: 1, concurrency: 2 },
    );
    const [cancelled, lost] = [submit(), submit()];
    await expect.poll(() => cancelled.leased && lost.leased, SOON).toBe(true);
    cancelled.wanted = WorkerSignal.CANCEL;
    lost.leased = false;
    await expect.poll(() => seen.length, SOON).toBe(2);
    expect(seen.map(({ reason }) => reason).sort()).toEqual(["cancelled", "lease_lost"]);
    expect(troubles).toMatchObject([{ doing: "heartbeat", taskId: lost.taskId }]);
    expect([...cancelled.log, ...lost.log]).toEqual([]);
  });

  it("writes once what it has to send again: the server away, requests and answers lost", async () => {
    const { troubles } = work(async (job) => {
      await job.progress({ stage: "one" });
      await job.append({ events: [{ name: "two", message: "lose-me" }] });
      await job.append({ events: [{ name: "three", message: "lose-my-answer" }] });
      return "four";
    });
    let failures = 3;
    service.onWrite = () => {
      if (failures-- > 0) throw unavailable();
    };
    const lost = [
      proxy.trap("lose-me", "lose-request"),
      proxy.trap("lose-my-answer", "lose-reply"),
    ];
    const task = submit();
    await expect.poll(() => task.log.at(-1), SOON).toMatch(/^completed/);
    await Promise.all(lost);
    expect(task.log).toEqual([
      "stage one",
      "event two lose-me",
      "event three lose-my-answer",
      "completed four null",
    ]);
    const others = troubles.filter(({ doing }) => doing !== "claimTask" && doing !== "heartbeat");
    expect(others).toEqual([]);
  });

  it("waits for a server that was gone, and stops in order", async () => {
    const { worker } = work(async () => "done");
    proxy.refuse();
    const task = submit();
    await new Promise((resolve) => setTimeout(resolve, 700));
    proxy.accept();
    await expect.poll(() => task.log, SOON).toEqual(["completed done null"]);
    const began = performance.now();
    await worker.stop();
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

it("says why a worker may not claim", async () => {
  const client = createGrpcClient(WorkerService, `127.0.0.1:${server.port}`);
  const told = Promise.withResolvers<unknown>();
  const worker = createWorker({ client, handle: async () => "", onError: told.resolve });
  worker.start();
  expect(await told.promise).toMatchObject({ code: 7, details: "this needs the role worker" });
  await worker.stop();
  client.close();
});
