import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { access } from "../../gen/parley/v1/access_pb.js";
import { SERVICES } from "../../src/api/index.ts";
import { createRestTransport } from "../wire/parity/rest-transport.ts";
import { COMMENT_ROWS } from "./access/matrix/comment-rows.ts";
import { callers, KINDS, type Kind, narrowCaller } from "./access/matrix/kinds.ts";
import { OTHER_ROWS } from "./access/matrix/other-rows.ts";
import type { Row } from "./access/matrix/row.ts";
import { SESSION_ROWS } from "./access/matrix/session-rows.ts";
import { newWorld, type Stage, type World } from "./access/matrix/world.ts";
import { startGuarded } from "./access/service.ts";

const ROWS = [...SESSION_ROWS, ...COMMENT_ROWS, ...OTHER_ROWS];
const PROTOCOLS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
  Connect: (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
  REST: (baseUrl) => createRestTransport({ baseUrl }),
};

let stage: Stage;
const transports: Record<string, Transport> = {};
beforeAll(async () => {
  const service = await startGuarded({ PARLEY_ACCOUNTS: "on" });
  stage = { service, callers: callers(service) };
  for (const [name, open] of Object.entries(PROTOCOLS)) transports[name] = open(service.url);
});
afterAll(() => stage.service.close());

it("every method of every service has a row", () => {
  const methods = SERVICES.flatMap(({ methods }) => methods.map(nameOf));
  expect(new Set(ROWS.map(({ method }) => nameOf(method)))).toEqual(new Set(methods));
});

const cases = ROWS.map((row) => ({ name: nameOf(row.method), row }));

describe.each(Object.keys(PROTOCOLS))("over %s", (protocol) => {
  it.each(cases)("$name", async ({ row }) => {
    const transport = transports[protocol]!;
    let world: World | undefined;
    const seen: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const kind of KINDS) {
      world ??= await newWorld(stage, row.prepare);
      const { reason, answer } = await ask(transport, row, kind, world);
      const isOk = reason === "ok";
      seen[kind] = isOk && row.shows ? `ok, shown: ${row.shows(answer, world)}` : reason;
      const due = row.answers[kind];
      expected[kind] = due === "ok" && row.shows ? `ok, shown: ${row.to.includes(kind)}` : due;
      if (isOk && row.changes) world = undefined;
    }
    expect(seen).toEqual(expected);
  });
});

async function ask(
  transport: Transport,
  row: Row,
  kind: Kind,
  world: World,
): Promise<{ reason: string; answer?: unknown }> {
  const { method } = row;
  const { userId } = stage.callers.owner;
  const { headers } =
    kind === "wrong scope"
      ? narrowCaller(stage.service, userId, getOption(method, access).scope)
      : stage.callers[kind];
  try {
    return { reason: "ok", answer: await call(transport, method, headers, row.input(world)) };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const [info] = error.findDetails(ErrorInfoSchema);
    return { reason: info?.reason ?? error.message };
  }
}

/** The answer; of a stream the first message. */
async function call(
  transport: Transport,
  method: DescMethod,
  headers: Record<string, string>,
  // biome-ignore lint/suspicious/noExplicitAny: as the row says.
  input: any,
): Promise<unknown> {
  if (method.methodKind === "unary") {
    return (await transport.unary(method as never, undefined, undefined, headers, input)).message;
  }
  const leave = new AbortController();
  const inputs = (async function* () {
    yield input;
  })();
  const { signal } = leave;
  const answer = await transport.stream(method as never, signal, undefined, headers, inputs);
  try {
    for await (const message of answer.message) return message;
    return undefined;
  } finally {
    leave.abort();
  }
}

function nameOf(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}
