import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { createGrpcClient } from "../../../src/client/grpc.ts";
import { rest } from "../../support/rest.ts";
import { type GuardedService, makeKey, tokenFor, withKey } from "./service.ts";

export type Target = () => GuardedService;

/** The status of a call over each protocol: HTTP's over REST, else the code of gRPC. */
async function outcomes(url: string, headers: Record<string, string>) {
  const title = "over all protocols";
  const code = (error: { code?: number }) => error.code;
  const over = (transport: ReturnType<typeof createGrpcTransport>) =>
    createClient(SessionService, transport)
      .createSession({ title }, { headers })
      .then(() => "ok", code);
  const grpcJs = createGrpcClient(SessionService, new URL(url).host, { metadata: headers });
  const all = {
    rest: (await rest(url, headers).post("/api/v1/sessions", { title })).status,
    grpcJs: await grpcJs.createSession({ title }).then(() => "ok", code),
    grpc: await over(createGrpcTransport({ baseUrl: url })),
    connect: await over(createConnectTransport({ baseUrl: url, httpVersion: "1.1" })),
  };
  grpcJs.close();
  return all;
}

const all = (http: number, code: Code | "ok") => ({
  rest: http,
  grpcJs: code,
  grpc: code,
  connect: code,
});

export function callersSuite(target: Target): void {
  it.each([
    ["x-api-key", (secret: string) => ({ "x-api-key": secret })],
    ["bearer", (secret: string) => ({ authorization: `Bearer ${secret}` })],
    [
      "lower case, and twice the same",
      (secret: string) => ({
        authorization: `apikey ${secret}`,
        "x-api-key": secret,
      }),
    ],
  ])("are known by a key: %s", async (_, headers) => {
    const { url } = target();
    const { secret } = await makeKey(target());
    expect(await outcomes(url, headers(secret))).toEqual(all(201, "ok"));
  });

  it("are known by a token", async () => {
    const { url } = target();
    const authorization = `Bearer ${tokenFor(target())}`;
    expect(await outcomes(url, { authorization })).toEqual(all(201, "ok"));
    const made = await rest(url, { authorization }).post("/api/v1/sessions", { title: "mine" });
    expect(made.body).toMatchObject({ user_id: "token-user", tenant_id: "default" });
  });

  it("are refused without a credential, whatever the headers of dev mode say", async () => {
    const { url } = target();
    const dev = { "x-user-id": "admin", "x-tenant-id": "default", "x-roles": "admin" };
    expect(await outcomes(url, dev)).toEqual(all(401, Code.Unauthenticated));
    const { status, headers, body } = await rest(url, dev).get("/api/v1/sessions");
    expect([status, body.error]).toEqual([401, "unauthenticated"]);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="parley", ApiKey realm="parley"');
    const { secret } = await makeKey(target(), { user_id: "keyed" });
    const mine = rest(url, { ...dev, "x-api-key": secret });
    const made = await mine.post("/api/v1/sessions", { title: "mine" });
    expect(made.body.user_id).toBe("keyed");
  });

  it("get one answer to every bad credential", async () => {
    const { url } = target();
    const { secret } = await makeKey(target());
    const token = tokenFor(target());
    const bad: Record<string, string>[] = [
      {},
      { "x-api-key": `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}` },
      { "x-api-key": "" },
      { "x-api-key": "pk_short" },
      { "x-api-key": `${secret}, ${secret}` },
      { authorization: secret },
      { authorization: `Basic ${btoa(`user:${secret}`)}` },
      { authorization: "Bearer" },
      { authorization: `Bearer ${token}`, "x-api-key": secret },
      { authorization: `Bearer ${secret} ${secret}` },
      { authorization: `Bearer ${token}x` },
    ];
    const answers = await Promise.all(bad.map((h) => rest(url, h).get("/api/v1/sessions")));
    for (const [i, { status, body }] of answers.entries()) {
      const { timestamp: _, ...said } = body;
      const { timestamp: __, ...first } = answers[0]!.body;
      expect([status, said], JSON.stringify(bad[i])).toEqual([401, first]);
    }
  });

  it("may do what their scopes say, over every protocol", async () => {
    const { url } = target();
    const { secret } = await makeKey(target(), { scopes: ["sessions:read"] });
    const headers = { "x-api-key": secret };
    expect(await outcomes(url, headers)).toEqual(all(403, Code.PermissionDenied));
    const reader = withKey(url, secret);
    expect((await reader.get("/api/v1/sessions")).status).toBe(200);
    const refused = await reader.post("/api/v1/sessions", { title: "x" });
    expect(refused.body).toMatchObject({
      error: "scope_denied",
      message: expect.stringContaining("sessions:write"),
    });
    const claimed = await reader.post("/api/v1/worker/tasks/claim", {});
    expect(claimed.status).toBe(403);
  });

  it("are workers by a key that says so", async () => {
    const { url } = target();
    const { secret } = await makeKey(target(), { roles: ["worker"] });
    const worker = withKey(url, secret);
    const claim = { worker_id: "w", wait_ms: 0 };
    expect((await worker.post("/api/v1/worker/tasks/claim", claim)).status).toBe(200);
    expect((await worker.get("/api/v1/sessions")).status).toBe(403);
    const scopeAlone = await makeKey(target(), { scopes: ["worker"] });
    const other = await withKey(url, scopeAlone.secret).post("/api/v1/worker/tasks/claim", claim);
    expect([other.status, other.body.message]).toEqual([403, "this needs the role worker"]);
  });

  it("are workers of their own tenant only, whatever their roles", async () => {
    const { url } = target();
    const { secret } = await makeKey(target(), { roles: ["worker", "admin"] });
    const claim = { worker_id: "w", wait_ms: 0, tenant_ids: ["default", "other"] };
    const { status, body } = await withKey(url, secret).post("/api/v1/worker/tasks/claim", claim);
    expect([status, body.error]).toEqual([403, "scope_denied"]);
  });

  it("reach health without a credential", async () => {
    expect((await fetch(`${target().url}/readyz`)).status).toBe(200);
  });
}
