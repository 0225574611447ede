import { createContextValues } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { Health } from "../../../gen/grpc/health/v1/health_pb.js";
import { KeyService } from "../../../gen/parley/v1/key_service_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { WorkerService } from "../../../gen/parley/v1/worker_service_pb.js";
import { callerKey } from "../../api/caller.ts";
import { SERVICES } from "../../api/index.ts";
import { isRole, type Role } from "../../domain/principal.ts";
import { isScope, type Scope } from "../../domain/scopes.ts";
import { accessRule, authorizeCalls } from "./authorize.ts";
import type { CallRequest } from "./call.ts";

const METHODS = SERVICES.flatMap(({ methods }) => methods);

it.each(METHODS.map((method) => [`${method.parent.name}.${method.name}`, method] as const))(
  "%s says what it needs",
  (_, method) => {
    const { scope = "", role = "" } = accessRule(method) ?? {};
    expect(isScope(scope)).toBe(true);
    expect(role === "" || isRole(role)).toBe(true);
    // A ticket gives no more than its maker may read.
    const isRead = method.idempotency === 1 || method.name === "CreateTicket";
    if (scope.includes(":")) expect(scope.endsWith(isRead ? ":read" : ":write")).toBe(true);
  },
);

it.each<[CallRequest["method"], Scope[], Role[], string]>([
  [SessionService.method.getSession, ["sessions:read"], [], "admitted"],
  [SessionService.method.getSession, ["sessions:write"], [], "admitted"],
  [SessionService.method.getSession, ["tasks:write", "keys:write"], ["admin"], "sessions:read"],
  [SessionService.method.createSession, ["sessions:read"], ["user"], "sessions:write"],
  [SessionService.method.createSession, [], ["user", "worker", "admin"], "sessions:write"],
  [WorkerService.method.claimTask, ["worker"], ["worker"], "admitted"],
  [WorkerService.method.claimTask, ["worker"], ["user"], "role worker"],
  [WorkerService.method.claimTask, ["sessions:write"], ["worker"], "scope worker"],
  [KeyService.method.createApiKey, ["admin"], [], "admitted"],
  [Health.method.check, ["admin"], ["admin"], "nobody"],
])("%# admits by scope and role", async (method, scopes, roles, outcome) => {
  const contextValues = createContextValues();
  contextValues.set(callerKey, {
    ...{ tenantId: "t", userId: "u", via: "key" },
    scopes: new Set(scopes),
    roles: new Set(roles),
  });
  const admitted = async () => ({ message: "admitted" }) as never;
  const call = async () => authorizeCalls()(admitted)({ method, contextValues } as CallRequest);
  const said = await call().then(
    () => "admitted",
    (error) => {
      expect(error).toMatchObject({ reason: "scope_denied" });
      return error.message;
    },
  );
  expect(said).toContain(outcome);
});
