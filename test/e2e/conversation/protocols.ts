import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { createGrpcClient } from "../../../src/client/grpc.ts";
import { uniqueUser } from "../../support/rest.ts";
import { as, type Target } from "./target.ts";

export function protocolsSuite(target: Target): void {
  it("grpc-js, gRPC, gRPC-Web, Connect JSON and binary, REST", async () => {
    const user = uniqueUser();
    const headers = { "x-user-id": user };
    const grpcJs = createGrpcClient(SessionService, new URL(target.url).host, {
      metadata: headers,
    });
    const { session } = await grpcJs.createSession({ title: "everywhere" });
    const sessionId = session?.sessionId ?? "";
    const transports = [
      createGrpcTransport({ baseUrl: target.url }),
      createGrpcWebTransport({ baseUrl: target.url, httpVersion: "1.1" }),
      createConnectTransport({ baseUrl: target.url, httpVersion: "1.1" }),
      createConnectTransport({ baseUrl: target.url, httpVersion: "2", useBinaryFormat: true }),
    ];
    for (const [i, transport] of transports.entries()) {
      const conversation = createClient(ConversationService, transport);
      const messages = [{ role: Role.USER, content: `from ${i}` }];
      await conversation.appendMessages({ sessionId, messages }, { headers });
    }
    const reads = await Promise.all(
      transports.map((transport) =>
        createClient(SessionService, transport).getSession({ sessionId }, { headers }),
      ),
    );
    const viaGrpcJs = await grpcJs.getSession({ sessionId });
    for (const read of reads) expect(read).toEqual(viaGrpcJs);
    const viaRest = await as(target, user).get(`/api/v1/sessions/${sessionId}/messages`);
    expect(viaRest.body.messages.map((m: { content: string }) => m.content)).toEqual(
      transports.map((_, i) => `from ${i}`),
    );
    expect(viaRest.body.version).toBe(viaGrpcJs.session?.version);
    grpcJs.close();
  });

  it("refuses over gRPC with the reason and the field", async () => {
    const headers = { "x-user-id": uniqueUser() };
    const grpc = createGrpcClient(SessionService, new URL(target.url).host, {
      metadata: headers,
    });
    await expect(grpc.getSession({ sessionId: "unknown" })).rejects.toMatchObject({
      code: 5,
      details: expect.stringContaining("does not exist"),
    });
    await expect(grpc.createSession({ title: "x".repeat(61) })).rejects.toMatchObject({
      code: 3,
    });
    grpc.close();
  });
}
