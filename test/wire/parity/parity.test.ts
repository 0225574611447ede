import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServerReflection } from "../../../gen/grpc/reflection/v1/reflection_pb.js";
import { startService, type TestService } from "../../support/service.ts";
import { outcomeOf, type World } from "./outcome.ts";
import { PROTOCOLS, type Protocol } from "./protocols.ts";
import { ROWS, SERVICES } from "./rows/index.ts";

let service: TestService;
const worlds = new Map<Protocol, World>();
beforeAll(async () => {
  service = await startService({ PARLEY_ACCOUNTS: "on", PARLEY_MAX_OPEN_RUNS: "3" });
  for (const protocol of PROTOCOLS) {
    const { tenant, open } = protocol;
    worlds.set(protocol, { tenant, transport: open(service.url), kept: {} });
  }
});
afterAll(() => service.close());

/** As the server itself tells. */
async function servedMethods(): Promise<string[]> {
  const reflection = createClient(ServerReflection, createGrpcTransport({ baseUrl: service.url }));
  const question = async function* () {
    yield { messageRequest: { case: "listServices" as const, value: "" } };
  };
  for await (const { messageResponse } of reflection.serverReflectionInfo(question())) {
    if (messageResponse.case !== "listServicesResponse") break;
    return messageResponse.value.service.flatMap(({ name }) => {
      const known = SERVICES.find(({ typeName }) => typeName === name);
      if (known === undefined) throw new Error(`${name} is served, and no row knows it`);
      return known.methods.map((method) => `${name}/${method.name}`);
    });
  }
  throw new Error("the server does not say what it serves");
}

const rows = ROWS.map(({ method, cases }) => ({
  name: `${method.parent.typeName}/${method.name}`,
  method,
  cases,
}));

it("every method that is served has a row", async () => {
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(await servedMethods()));
});

describe.each(rows)("$name", ({ method, cases }) => {
  it.each(cases)("$name", async (one) => {
    const [reference, ...others] = PROTOCOLS.filter(({ serves }) => serves(method));
    if (reference === undefined) throw new Error("nobody serves this");
    const expected = await outcomeOf(worlds.get(reference)!, method, one);
    expect(expected.error?.reason).toBe(one.fails);
    if (one.fails === undefined) expect(expected.messages).toHaveLength(one.take ?? 1);
    for (const other of others) {
      const outcome = await outcomeOf(worlds.get(other)!, method, one);
      const messages = expected.messages.map((message) => other.tells(method, message));
      const { name: protocol } = other;
      expect({ protocol, ...outcome }).toEqual({ protocol, ...expected, messages });
    }
  });
});
