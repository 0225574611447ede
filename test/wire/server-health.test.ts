import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionV1Alpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { RawSocket } from "./raw-socket.ts";
import { openServer, type TestServer } from "./server-fixture.ts";

let server: TestServer;
beforeEach(async () => {
  server = await openServer();
});
afterEach(() => server.close());

const transport = () => createGrpcTransport({ baseUrl: server.url });

async function ready(): Promise<[number, unknown]> {
  const response = await fetch(`${server.url}/readyz`);
  return [response.status, await response.json()];
}

describe("/readyz", () => {
  it("says how each store is", async () => {
    const stores = { journal: "ready", live: "ready" };
    expect(await ready()).toEqual([200, { status: "ready", stores }]);
  });

  it("is 200 while the service can serve, though a store is degraded or away", async () => {
    server.report = { serving: true, stores: { journal: "ready", live: "away" } };
    const stores = { journal: "ready", live: "away" };
    expect(await ready()).toEqual([200, { status: "degraded", stores }]);
  });

  it("is 503 when it cannot serve, and once it begins to stop", async () => {
    server.announceStop();
    const stores = { journal: "ready", live: "ready" };
    expect(await ready()).toEqual([503, { status: "unavailable", stores }]);
  });

  it("is 503 when the probe itself fails", async () => {
    const broken = await openServer({
      health: { live: () => true, ready: () => Promise.reject(new Error("driver words")) },
    });
    const response = await fetch(`${broken.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: "unavailable", stores: {} });
    await broken.close();
  });

  it("asks the stores once a second at most, whoever asks", async () => {
    let asked = 0;
    const counted = await openServer({
      health: {
        live: () => true,
        ready: async () => {
          asked++;
          return { serving: true, stores: {} };
        },
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${counted.url}/readyz`)));
    expect(asked).toBe(1);
    await counted.close();
  });
});

describe("/healthz", () => {
  it("answers probes that speak HTTP/1.0 and name no host", async () => {
    const raw = await RawSocket.connect(server.port);
    raw.write("GET /healthz HTTP/1.0\r\n\r\n");
    expect(await raw.untilClosed()).toMatch(/^HTTP\/1.1 200 [\s\S]*{"status":"live"}\n$/);
  });

  it("is 503 when only a restart would help", async () => {
    const stuck = await openServer({
      health: { live: () => false, ready: async () => ({ serving: true, stores: {} }) },
    });
    expect((await fetch(`${stuck.url}/healthz`)).status).toBe(503);
    await stuck.close();
  });

  it("takes GET and HEAD only", async () => {
    expect((await fetch(`${server.url}/healthz`, { method: "HEAD" })).status).toBe(200);
    const response = await fetch(`${server.url}/healthz`, { method: "POST" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });
});

describe("grpc.health.v1", () => {
  const health = () => createClient(Health, transport());

  it("knows the server and its services, and no others", async () => {
    expect(await health().check({})).toMatchObject({ status: Status.SERVING });
    const { typeName: service } = SessionService;
    expect(await health().check({ service })).toMatchObject({ status: Status.SERVING });
    await expect(health().check({ service: "x" })).rejects.toMatchObject({ code: Code.NotFound });
    expect(Object.keys((await health().list({})).statuses)).toEqual([
      "",
      "parley.v1.SessionService",
      "parley.v1.ConversationService",
    ]);
  });

  it("tells watchers of a change, and ends with the server", async () => {
    const seen: Status[] = [];
    for await (const { status } of health().watch({})) {
      seen.push(status);
      if (seen.length === 1) server.report = { serving: false, stores: {} };
      if (seen.length === 2) server.report = { serving: true, stores: {} };
      if (seen.length === 3) server.announceStop();
    }
    expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING, Status.SERVING, Status.NOT_SERVING]);
  });

  it("lets watchers wait for a service that is unknown", async () => {
    for await (const { status } of health().watch({ service: "x" })) {
      expect(status).toBe(Status.SERVICE_UNKNOWN);
      server.announceStop();
    }
  });
});

describe.each([
  ["v1", ServerReflection],
  ["v1alpha", ServerReflectionV1Alpha as unknown as typeof ServerReflection],
])("grpc.reflection.%s", (_version, service) => {
  type Question =
    Parameters<
      ReturnType<typeof createClient<typeof ServerReflection>>["serverReflectionInfo"]
    >[0] extends AsyncIterable<infer Q>
      ? NonNullable<Q extends { messageRequest?: infer M } ? M : never>
      : never;

  async function ask(...questions: Question[]) {
    const answers = [];
    const input = async function* () {
      for (const messageRequest of questions) yield { host: "h", messageRequest };
    };
    for await (const answer of createClient(service, transport()).serverReflectionInfo(input())) {
      answers.push(answer);
    }
    return answers;
  }

  const files = (response: Awaited<ReturnType<typeof ask>>[number] | undefined) =>
    response?.messageResponse.case === "fileDescriptorResponse"
      ? response.messageResponse.value.fileDescriptorProto.map((bytes) =>
          fromBinary(FileDescriptorProtoSchema, bytes),
        )
      : [];

  it("lists the services", async () => {
    const [answer] = await ask({ case: "listServices", value: "" });
    expect(answer).toMatchObject({ validHost: "h", originalRequest: { host: "h" } });
    expect(answer?.messageResponse.value).toMatchObject({
      service: expect.arrayContaining([
        expect.objectContaining({ name: "parley.v1.SessionService" }),
        expect.objectContaining({ name: "grpc.health.v1.Health" }),
        expect.objectContaining({ name: "grpc.reflection.v1.ServerReflection" }),
      ]),
    });
  });

  it("serves a service's file with all it needs, google's and buf's included", async () => {
    const [answer] = await ask({ case: "fileContainingSymbol", value: SessionService.typeName });
    const file = files(answer);
    expect(file[0]?.name).toBe("parley/v1/session_service.proto");
    const set = create(FileDescriptorSetSchema, { file: file.toReversed() });
    const registry = createFileRegistry(set);
    expect(registry.getService(SessionService.typeName)?.methods).not.toHaveLength(0);
    expect(file.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "google/api/http.proto",
        "google/protobuf/descriptor.proto",
        "buf/validate/validate.proto",
        "rest/v1/annotations.proto",
      ]),
    );
  });

  it("sends no file twice on one stream, but the one that is asked for", async () => {
    const question: Question = { case: "fileByFilename", value: "parley/v1/session.proto" };
    const [first, second] = await ask(question, question);
    expect(files(first).length).toBeGreaterThan(1);
    expect(files(second).map(({ name }) => name)).toEqual(["parley/v1/session.proto"]);
  });

  it.each([
    "parley.v1.SessionService.GetSession",
    "parley.v1.Session",
    "parley.v1.Session.title",
    "parley.v1.Part.part",
    "parley.v1.ROLE_USER",
    "buf.validate.field",
  ])("finds %s", async (value) => {
    const [answer] = await ask({ case: "fileContainingSymbol", value });
    expect(files(answer)).not.toHaveLength(0);
  });

  it("knows extensions", async () => {
    const containingType = "google.protobuf.FieldOptions";
    const [file, numbers] = await ask(
      { case: "fileContainingExtension", value: { containingType, extensionNumber: 1159 } },
      { case: "allExtensionNumbersOfType", value: containingType },
    );
    expect(files(file)[0]?.name).toBe("buf/validate/validate.proto");
    expect(numbers?.messageResponse.value).toMatchObject({
      baseTypeName: containingType,
      extensionNumber: expect.arrayContaining([1159]),
    });
  });

  it("answers what it does not know, and goes on", async () => {
    const answers = await ask(
      { case: "fileContainingSymbol", value: "no.Such" },
      { case: "fileByFilename", value: "no/such.proto" },
      { case: "allExtensionNumbersOfType", value: "no.Such" },
      { case: "listServices", value: "" },
    );
    expect(answers.map(({ messageResponse }) => messageResponse)).toMatchObject([
      { case: "errorResponse", value: { errorCode: Code.NotFound } },
      { case: "errorResponse", value: { errorCode: Code.NotFound } },
      { case: "errorResponse", value: { errorCode: Code.NotFound } },
      { case: "listServicesResponse" },
    ]);
  });
});
