import { gzipSync } from "node:zlib";
import {
  type DescMethod,
  type DescService,
  fromJsonString,
  getOption,
  toBinary,
} from "@bufbuild/protobuf";
import { http as httpOption } from "../../gen/google/api/annotations_pb.js";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { AccountService } from "../../gen/parley/v1/account_service_pb.js";
import { WorkerService } from "../../gen/parley/v1/worker_service_pb.js";
import { SERVICES } from "../../src/api/index.ts";
import { hostileJson, hostileText, knownId, messageJson } from "./hostile-values.ts";
import { type KnownIds, ofOneTask } from "./known-ids.ts";
import type { Random } from "./random.ts";

/** A request before it is framed for a version of HTTP. */
export interface HostileRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const SERVED: readonly DescService[] = [
  ...SERVICES,
  Health,
  ServerReflection,
  ServerReflectionAlpha,
];
/** Without the one that would leave the others nothing to meet. */
const METHODS = SERVED.flatMap(({ methods }) => methods).filter(
  ({ name }) => name !== "DeleteAllSessions",
);

const ROUTES = METHODS.flatMap((method) => {
  const rule = getOption(method, httpOption);
  return [rule, ...rule.additionalBindings].flatMap(({ pattern }) => {
    if (pattern.case === undefined || pattern.case === "custom") return [];
    return [{ method, verb: pattern.case.toUpperCase(), template: pattern.value }];
  });
});

const VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND"] as const;

/** Mostly to something that is there, with something wrong or odd in it. */
export function hostileRequest(random: Random, known: KnownIds): HostileRequest {
  const kind = random.next();
  const ids = random.chance(0.8) ? ofOneTask(random, known) : known;
  const request =
    kind < 0.5 ? toRoute(random, ids) : kind < 0.85 ? toRpc(random, ids) : toAnywhere(random);
  return { ...request, headers: [...request.headers, ...oddHeaders(random)] };
}

function toRoute(random: Random, ids: KnownIds): HostileRequest {
  const route = random.pick(ROUTES);
  const { input } = route.method;
  const path = route.template.replace(/\{([^}]*)\}/g, (_, name: string) =>
    random.chance(0.75) ? knownId(random, name, ids) : encodeURI(wellFormed(hostileText(random))),
  );
  const method = random.chance(0.9) ? route.verb : random.pick(VERBS);
  const writes = method === "POST" || method === "PATCH" || method === "PUT";
  const body = writes || random.chance(0.05) ? jsonBody(random, input, ids) : "";
  const type = random.chance(0.93) ? "application/json" : hostileText(random);
  return {
    method,
    target:
      path +
      query(
        random,
        input.fields.map(({ name }) => name),
      ),
    headers: [
      ...roles(random, route.method),
      ...(body === "" ? [] : [["content-type", visible(type)] as const]),
    ],
    body: Buffer.from(body),
  };
}

/** Mostly those without which a method looks at nothing. */
function roles(random: Random, { parent }: DescMethod): (readonly [string, string])[] {
  const needs = parent === WorkerService || parent === AccountService;
  return needs && random.chance(0.85) ? [["x-roles", "worker,admin"]] : [];
}

function jsonBody(random: Random, input: DescMethod["input"], ids: KnownIds): string {
  return random.chance(0.8) ? JSON.stringify(messageJson(random, input, ids)) : hostileJson(random);
}

function query(random: Random, names: readonly string[]): string {
  if (random.chance(0.6)) return "";
  const pairs = Array.from({ length: 1 + random.below(4) }, () => {
    const name = random.chance(0.8) ? random.pick(names) : hostileText(random);
    const value = random.pick([String(random.below(120)), hostileText(random), "true"]);
    return random.chance(0.8)
      ? `${encodeURIComponent(wellFormed(name ?? ""))}=${encodeURIComponent(wellFormed(value))}`
      : `${visible(name ?? "")}=${visible(value)}`;
  });
  return `?${pairs.join(random.pick(["&", "&", "&", ";", "&&"]))}`;
}

const UNARY_TYPES = ["application/json", "application/proto"] as const;
const STREAM_TYPES = [
  "application/grpc",
  "application/grpc+json",
  "application/grpc-web",
  "application/grpc-web+json",
  "application/connect+json",
  "application/connect+proto",
] as const;

function toRpc(random: Random, ids: KnownIds): HostileRequest {
  const method = random.pick(METHODS);
  const path = `/${method.parent.typeName}/${method.name}`;
  if (random.chance(0.1)) return byGet(random, path);
  const stream = random.chance(0.5);
  const type = random.pick<string>(stream ? STREAM_TYPES : UNARY_TYPES);
  const payload = compressedSometimes(random, rpcPayload(random, method, type, ids));
  return {
    method: random.chance(0.95) ? "POST" : random.pick(VERBS),
    target: path,
    headers: [
      ["content-type", type],
      ["te", "trailers"],
      ...roles(random, method),
      ...payload.headers,
    ],
    body: stream ? enveloped(random, payload.body) : payload.body,
  };
}

function byGet(random: Random, path: string): HostileRequest {
  const message = random.chance(0.5) ? '{"sessionId":"fuzz-1"}' : hostileText(random);
  const encoding = random.pick(["json", "proto", "x"]);
  const base64 = random.pick(["", "&base64=1", "&base64=2", "&compression=gzip", "&compression=x"]);
  const text = encodeURIComponent(wellFormed(message));
  const target = `${path}?connect=v1&encoding=${encoding}&message=${text}${base64}`;
  return { method: "GET", target, headers: [], body: Buffer.alloc(0) };
}

function rpcPayload(random: Random, { input }: DescMethod, type: string, ids: KnownIds): Buffer {
  const json = JSON.stringify(messageJson(random, input, ids));
  if (type.endsWith("json")) return Buffer.from(random.chance(0.9) ? json : hostileJson(random));
  try {
    const message = fromJsonString(input, json, { ignoreUnknownFields: true });
    const bytes = Buffer.from(toBinary(input, message));
    if (random.chance(0.2) && bytes.length > 0) bytes[random.below(bytes.length)] = 0xff;
    return bytes;
  } catch {
    return random.bytes(random.below(100));
  }
}

function compressedSometimes(random: Random, body: Buffer) {
  if (random.chance(0.9)) return { headers: [], body };
  const packed = gzipSync(body);
  const cut = random.chance(0.3) ? packed.subarray(0, random.below(packed.length)) : packed;
  const name = random.pick(["content-encoding", "grpc-encoding", "connect-content-encoding"]);
  const encoding = random.pick(["gzip", "gzip", "br", "zstd", "identity"]);
  return { headers: [[name, encoding] as const], body: cut };
}

/** The length is mostly right; flags may say compressed, ended, or nonsense. */
function enveloped(random: Random, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = random.chance(0.85) ? 0 : random.pick([1, 2, 0x80, 0xff]);
  head.writeUInt32BE(random.chance(0.9) ? body.length : random.below(2 ** 32), 1);
  const one = Buffer.concat([head, body]);
  return random.chance(0.1) ? Buffer.concat([one, one]) : one;
}

function toAnywhere(random: Random): HostileRequest {
  const target = random.pick<() => string>([
    () => `/${visible(hostileText(random))}`,
    () => `//${visible(hostileText(random))}/x`,
    () => `/api/v1/sessions/${"%2e%2e/".repeat(random.below(30))}`,
    () => `/api/v1/sessions/${"a/".repeat(random.below(3000))}`,
    () => `http://${visible(hostileText(random))}/api/v1/sessions`,
    () => random.pick(["*", "/healthz", "/readyz", "/openapi.json", "/docs", "/%zz", "x:y"]),
  ])();
  return { method: random.pick(VERBS), target, headers: [], body: Buffer.alloc(0) };
}

const ODD_HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ["*/*", "application/json", "text/event-stream", "application/x-ndjson", "a;q=x,", ","],
  "accept-encoding": ["gzip", "br, gzip;q=0", "x"],
  "accept-charset": ["x"],
  "content-encoding": ["gzip", "br", "x"],
  "connect-timeout-ms": ["100", "0", "-1", "99999999999", "x"],
  "grpc-timeout": ["1S", "0n", "1", "99999999H"],
  "x-server-timeout": ["0.1", "1e9", "x"],
  "idempotency-key": ["k", "", "x".repeat(300)],
  "if-match": ["*", '"1"', 'W/"1"', '"a","b"', "\u00ff"],
  "if-none-match": ["*", '"1"', ","],
  "last-event-id": ["1", "-1", "x", "99999999999"],
  origin: ["https://app.example.com", "null", "x"],
  "x-user-id": ["fuzz", "", "a b", "x".repeat(300)],
  "x-tenant-id": ["t", "\u00ff"],
  "x-roles": ["user", "admin", "root,,"],
  "x-request-id": ["r", "a b", '","x":"'],
  expect: ["100-continue", "x"],
  upgrade: ["h2c", "websocket"],
  range: ["bytes=0-1"],
  cookie: ["a=b; c"],
  "x-http-method-override": ["DELETE"],
  "x-data-bin": ["AQID", "!"],
};
const ODD_NAMES = Object.keys(ODD_HEADERS);

function oddHeaders(random: Random): [string, string][] {
  const count = random.chance(0.5) ? 0 : 1 + random.below(3);
  const odd = Array.from({ length: count }, (): [string, string] => {
    const name = random.pick(ODD_NAMES);
    return [name, random.pick(ODD_HEADERS[name] ?? [""])];
  });
  if (random.chance(0.01)) odd.push(["x-large", "y".repeat(random.below(40_000))]);
  return [["x-user-id", "fuzz"], ...odd];
}

/** Without what would end a line or a header. */
function visible(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "~");
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}
