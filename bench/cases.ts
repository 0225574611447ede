import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { AppendMessagesRequestSchema } from "../gen/parley/v1/conversation_commands_pb.js";
import { GetSessionRequestSchema } from "../gen/parley/v1/session_queries_pb.js";
import type { CaseName } from "./comparisons.ts";
import type { Cores } from "./cores.ts";
import { cpuTime } from "./cpu-time.ts";
import { IN_FLIGHT, type Sample } from "./load/closed-loop.ts";
import { driveGrpc, driveHttp1 } from "./load/drive.ts";
import { GrpcRequest } from "./load/grpc-connection.ts";
import { http1Request } from "./load/http1-connection.ts";
import { draftMessage, READ_SESSIONS } from "./load/subjects.ts";
import { ReferenceProcess } from "./reference-process.ts";
import type { LoadAnswer, LoadRequest } from "./references/journal-load.ts";
import { CALLER, type MeasuredService, startService } from "./service.ts";
import type { Stores } from "./stores.ts";
import type { Teardown } from "./teardown.ts";

/** Drives one case for so many seconds. */
export type Measure = (seconds: number) => Promise<Sample>;

/** What the cases run on. */
export interface Setting {
  readonly stores: Stores;
  readonly cores: Cores | undefined;
  readonly teardown: Teardown;
}

type Cases = Partial<Record<CaseName, Measure>>;

/** Those that need no server. */
const JOURNAL_CASES: ReadonlySet<CaseName> = new Set([
  "batch",
  "transaction",
  "batch-many",
  "transaction-many",
]);

/** Under way at once where group commit is to show what it is worth: a busy replica, not a burst. */
const MANY_IN_FLIGHT = 256;

/** Starts what these cases need, and no more. */
export async function openCases(
  names: ReadonlySet<CaseName>,
  setting: Setting,
): Promise<ReadonlyMap<CaseName, Measure>> {
  const inJournal = [...names].some((name) => JOURNAL_CASES.has(name));
  const served = [...names].some((name) => !JOURNAL_CASES.has(name));
  const cases: Cases = {
    ...(served && (await openServed(setting))),
    ...(names.has("rest-get-limited") && (await openLimited(setting))),
    ...(inJournal && (await openJournalLoad(setting))),
  };
  return new Map([...names].map((name) => [name, cases[name]!]));
}

async function openServed(setting: Setting): Promise<Cases> {
  const service = await startService(setting.stores, setting.cores, setting.teardown);
  const [http, grpc] = await Promise.all([
    startBare("bare-http.ts", service.restAnswer, setting),
    startBare("bare-grpc.ts", service.grpcAnswer, setting),
  ]);
  const restGets = restGetRequests(service);
  const grpcGets = grpcGetRequests(service);
  const connectGets = connectGetRequests(service);
  const restAppends = restAppendRequests(service);
  const grpcAppends = grpcAppendRequests(service);
  const { port, pid } = service;
  const overHttp1 = (requests: readonly Buffer[]) =>
    withCpuTime(pid, (seconds) => driveHttp1(port, requests, seconds));
  const overGrpc = (requests: readonly GrpcRequest[]) =>
    withCpuTime(pid, (seconds) => driveGrpc(port, requests, seconds));
  return {
    "rest-get": overHttp1(restGets),
    "connect-get": overHttp1(connectGets),
    "grpc-get": overGrpc(grpcGets),
    "bare-http": (seconds) => driveHttp1(http, restGets, seconds),
    "bare-grpc": (seconds) => driveGrpc(grpc, grpcGets, seconds),
    "rest-append": overHttp1(restAppends),
    "grpc-append": overGrpc(grpcAppends),
  };
}

/** A plan that refuses nobody here, so that what is measured is the counting. */
const WIDE = { calls_per_minute: 1_000_000_000 };
const PLANS = { plans: { wide: { tenant: WIDE, user: WIDE } }, default: "wide" };

async function openLimited({ stores, cores, teardown }: Setting): Promise<Cases> {
  const env = { PARLEY_PLANS: JSON.stringify(PLANS) };
  const service = await startService(stores, cores, teardown, env);
  const requests = restGetRequests(service);
  const drive = (seconds: number) => driveHttp1(service.port, requests, seconds);
  return { "rest-get-limited": withCpuTime(service.pid, drive) };
}

/** Also takes what CPU time of the service each call took. */
function withCpuTime(pid: number, measure: Measure): Measure {
  return async (seconds) => {
    const before = cpuTime(pid);
    const sample = await measure(seconds);
    const after = cpuTime(pid);
    if (before === undefined || after === undefined) return sample;
    return { ...sample, cpuMicros: (after - before) / (sample.perSecond * seconds) };
  };
}

async function openJournalLoad({ stores, cores, teardown }: Setting): Promise<Cases> {
  const url = stores.env.DATABASE_URL;
  const [load] = await ReferenceProcess.start("journal-load.ts", url, cores?.measured);
  teardown.add(() => load.end());
  const measure =
    (append: LoadRequest["append"], inFlight = IN_FLIGHT) =>
    async (seconds: number) => {
      const request: LoadRequest = { append, seconds, inFlight };
      const answer = await load.ask<LoadAnswer>(request);
      if ("error" in answer) throw new Error(answer.error);
      return answer.sample;
    };
  return {
    batch: measure("batch"),
    transaction: measure("transaction"),
    "batch-many": measure("batch", MANY_IN_FLIGHT),
    "transaction-many": measure("transaction", MANY_IN_FLIGHT),
  };
}

/** @returns its port */
async function startBare(file: string, answer: Uint8Array, setting: Setting): Promise<number> {
  const body = Buffer.from(answer).toString("base64");
  const [server, { port }] = await ReferenceProcess.start<{ port: number }>(
    file,
    body,
    setting.cores?.measured,
  );
  setting.teardown.add(() => server.end());
  return port;
}

function restGetRequests({ sessionIds }: MeasuredService): Buffer[] {
  return sessionIds
    .slice(0, READ_SESSIONS)
    .map((id) => http1Request("GET", `/api/v1/sessions/${id}`, CALLER));
}

function connectGetRequests({ sessionIds }: MeasuredService): Buffer[] {
  const headers = { ...CALLER, "content-type": "application/json" };
  const path = "/parley.v1.SessionService/GetSession";
  return sessionIds
    .slice(0, READ_SESSIONS)
    .map((sessionId) => http1Request("POST", path, headers, JSON.stringify({ sessionId })));
}

function restAppendRequests({ sessionIds }: MeasuredService): Buffer[] {
  const headers = { ...CALLER, "content-type": "application/json" };
  const { content } = draftMessage();
  const body = JSON.stringify({ messages: [{ role: "user", content }] });
  return sessionIds.map((id) =>
    http1Request("POST", `/api/v1/sessions/${id}/messages`, headers, body),
  );
}

function grpcGetRequests({ sessionIds }: MeasuredService): GrpcRequest[] {
  const path = "/parley.v1.SessionService/GetSession";
  return sessionIds
    .slice(0, READ_SESSIONS)
    .map((sessionId) => grpcRequest(path, GetSessionRequestSchema, { sessionId }));
}

function grpcAppendRequests({ sessionIds }: MeasuredService): GrpcRequest[] {
  const path = "/parley.v1.ConversationService/AppendMessages";
  const messages = [draftMessage()];
  return sessionIds.map((sessionId) =>
    grpcRequest(path, AppendMessagesRequestSchema, { sessionId, messages }),
  );
}

function grpcRequest<Desc extends DescMessage>(
  path: string,
  schema: Desc,
  message: MessageInitShape<Desc>,
): GrpcRequest {
  return new GrpcRequest(path, CALLER, toBinary(schema, create(schema, message)));
}
