import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRegistry } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import {
  Code,
  ConnectError,
  createConnectRouter,
  createContextKey,
  createContextValues,
  createHandlerContext,
  type HandlerContext,
} from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { setSuccessStatus } from "./call/success-status.ts";
import { captureServices } from "./capture.ts";
import { createRest } from "./rest.ts";
import { defineSchema, field, getService, message, repeated } from "./testing/schema.ts";

// Rules that the services here do not have.

const caller = createContextKey("nobody");

const schema = defineSchema(
  {
    messageType: [
      message("Item", [field("name", 1, Type.STRING), field("size", 2, Type.INT64)]),
      message("Ask", [
        field("id", 1, Type.STRING),
        field("item", 2, Type.MESSAGE, "test.Item"),
        field("depth", 3, Type.UINT32),
      ]),
      message("Told", [
        field("ask", 1, Type.MESSAGE, "test.Ask"),
        repeated(field("items", 2, Type.MESSAGE, "test.Item")),
        field("caller", 3, Type.STRING),
      ]),
    ],
  },
  [
    {
      name: "Put",
      input: "Ask",
      output: "Told",
      http: {
        pattern: { case: "put", value: "/{item.name=items/*}/{id}" },
        body: "item",
        additionalBindings: [
          { pattern: { case: "custom", value: { kind: "REPORT", path: "/files/{id=**}" } } },
        ],
      },
    },
    {
      name: "List",
      input: "Ask",
      output: "Told",
      http: { pattern: { case: "get", value: "/items" }, responseBody: "items" },
    },
    {
      name: "Upload",
      input: "Ask",
      output: "Told",
      clientStreaming: true,
      http: { pattern: { case: "post", value: "/upload" }, body: "*" },
    },
    { name: "Hidden", input: "Ask", output: "Told" },
  ],
);

const service = getService(schema);
const put = (ask: object, ctx: HandlerContext) => ({ ask, caller: ctx.values.get(caller) });

let base: string;
const server = createServer();

beforeAll(async () => {
  const captured = captureServices(createConnectRouter());
  const [putMethod, ...others] = service.methods;
  captured.router.rpc(putMethod!, put as never, {
    readMaxBytes: 50,
    requestGate: (ctx) => {
      if (ctx.requestHeader.has("x-stop")) throw new ConnectError("stop", Code.Unauthenticated);
    },
  });
  for (const method of others) captured.router.rpc(method, (() => ({})) as never);
  const rest = createRest({
    methods: captured.methods,
    registry: createRegistry(schema),
    readMaxBytes: 10,
    contextValues: () => createContextValues().set(caller, "me"),
    json: { names: "json", integers64: "string", unset: "omit" },
  });
  server.on("request", rest).listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

async function call(path: string, init: RequestInit = {}): Promise<[number, unknown]> {
  const response = await fetch(base + path, init);
  return [response.status, await response.json()];
}

const body = (text: string, headers = {}): RequestInit => ({ method: "PUT", body: text, headers });
const type = { "content-type": "application/json" };

describe("a server of odd rules", () => {
  test("fills a field from the body, one below it from the path, the rest from the query", async () => {
    const [status, told] = await call("/items/a/b?depth=3", body('{"name":"x","size":"5"}', type));
    expect([status, told]).toEqual([
      200,
      {
        ask: { id: "b", item: { name: "items/a", size: "5" }, depth: 3 },
        items: [],
        caller: "me",
      },
    ]);
  });

  test("says where in a body's field it is wrong", async () => {
    const [status, error] = await call("/items/a/b?item.size=1", body('{"big":1}', type));
    expect(status).toBe(400);
    expect(error).toHaveProperty(
      "message",
      "item.big is not a field here; item.size is not a parameter here",
    );
  });

  test("serves custom methods and additional bindings", async () => {
    const [status, told] = await call("/files/a/b%2Fc", { method: "REPORT" });
    expect([status, told]).toMatchObject([200, { ask: { id: "a/b%2Fc" } }]);
  });

  test("answers a bare list, and an empty one", async () => {
    expect(await call("/items")).toEqual([200, []]);
  });

  test("refuses streams of requests, and hides what has no rule", async () => {
    expect((await call("/upload", { ...body("{}", type), method: "POST" }))[0]).toBe(501);
    expect((await call("/test.Service/Hidden", { method: "POST" }))[0]).toBe(404);
  });

  test("options of a method come before those of the server", async () => {
    const text = JSON.stringify({ name: "x".repeat(20) });
    expect((await call("/items/a/b", body(text, type)))[0]).toBe(200);
    expect((await call("/items/a/b", body(`${text}${" ".repeat(60)}`, type)))[0]).toBe(413);
  });

  test("the gate stops a request before its body is looked at", async () => {
    expect((await call("/items/a/b", body("{", { ...type, "x-stop": "1" })))[0]).toBe(401);
  });
});

test("setSuccessStatus takes only what the method lists", () => {
  const ctx = createHandlerContext({
    service: SessionService,
    method: SessionService.method.createSession,
    protocolName: "grpc",
    requestMethod: "POST",
    url: "http://h/",
  });
  expect(() => setSuccessStatus(ctx, 200)).not.toThrow();
  expect(() => setSuccessStatus(ctx, 202)).toThrow(
    "parley.v1.SessionService.CreateSession lists 201, 200 as success_statuses, not 202",
  );
});
