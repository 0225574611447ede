import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import {
  CleanupResult,
  CleanupSessionsRequestSchema,
} from "../../../gen/parley/v1/session_bulk_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { type RestClient, rest, uniqueUser } from "../../support/rest.ts";
import { as, type Target } from "./target.ts";

const SESSIONS = "/api/v1/sessions";

export function bulkSuite(target: Target): void {
  const make = async (caller: RestClient, body: object = {}) =>
    (await caller.post(SESSIONS, body)).body.session_id as string;
  const cleanup = (caller: RestClient, session_ids: unknown, of = {}) =>
    caller.post(`${SESSIONS}/cleanup`, { session_ids, ...of });
  const total = async (caller: RestClient) => (await caller.get(SESSIONS)).body.total_count;
  const grpc = () => createClient(SessionService, createGrpcTransport({ baseUrl: target.url }));

  it("deletes many, tells of each, and what is another's is not there", async () => {
    const user = uniqueUser();
    const alice = as(target, user);
    const elsewhere = rest(target.url, { "x-user-id": user, "x-tenant-id": "elsewhere" });
    const [one, two, kept] = [await make(alice), await make(alice), await make(alice)];
    await make(alice, { external_id: "bulk:1" });
    const [foreign, tenants] = [await make(as(target)), await make(elsewhere)];
    const answer = await cleanup(alice, [two, "unknown", foreign, "bulk:1", tenants, one]);
    const outcome = (session_id: string, result: string) => ({ session_id, result });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        deleted: 3,
        session_ids: [two, "bulk:1", one],
        outcomes: [
          outcome(two, "deleted"),
          outcome("unknown", "not_found"),
          outcome(foreign, "not_found"),
          outcome("bulk:1", "deleted"),
          outcome(tenants, "not_found"),
          outcome(one, "deleted"),
        ],
      },
    ]);
    expect(await total(alice)).toBe(1);
    expect((await alice.get(`${SESSIONS}/${kept}`)).status).toBe(200);
    expect((await elsewhere.get(`${SESSIONS}/${tenants}`)).status).toBe(200);
    expect((await alice.post(`${SESSIONS}/${one}/restore`)).status).toBe(200);
    // Deleted before or now, it is deleted.
    expect((await cleanup(alice, [two, one])).body).toMatchObject({ deleted: 2 });
  });

  it("makes a retry of a cleanup safe", async () => {
    const alice = as(target);
    const ids = [await make(alice), "unknown", await make(alice)];
    const of = { request_id: crypto.randomUUID() };
    const first = await cleanup(alice, ids, of);
    expect(first.body.deleted).toBe(2);
    await alice.post(`${SESSIONS}/${ids[0]}/restore`);
    expect((await cleanup(alice, ids, of)).body).toEqual(first.body);
    expect((await alice.get(`${SESSIONS}/${ids[0]}`)).status).toBe(200);
    const other = await cleanup(alice, [ids[0]], of);
    expect([other.status, other.body.error]).toEqual([409, "idempotency_conflict"]);
  });

  it.each([
    [[], "session_ids"],
    [["a", "b", "a"], "session_ids[2]"],
    [Array.from({ length: 101 }, (_, i) => `s-${i}`), "session_ids"],
  ])("refuses a cleanup of %j", async (ids, field) => {
    const answer = await cleanup(as(target), ids);
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_argument"]);
    expect(JSON.stringify(answer.body.details)).toContain(`"${field}"`);
  });

  it("cancels the work of a run that it deletes", async () => {
    const alice = as(target);
    const run = await make(alice, { prompt: "Compare them", session_type: "synthesis" });
    const { body } = await alice.get(`/api/v1/tasks?session_id=${run}`);
    expect(body.tasks).toHaveLength(1);
    expect((await cleanup(alice, [run])).body.deleted).toBe(1);
    const task = await alice.get(`/api/v1/tasks/${body.tasks[0].task_id}`);
    expect([404, "cancelled"]).toContain(task.status === 200 ? task.body.status : task.status);
    const { body: back } = await alice.post(`${SESSIONS}/${run}/restore`);
    expect(back).toMatchObject({ session_id: run, status: "cancelled" });
  });

  it("deletes all of the caller's, and only with confirm=true", async () => {
    const user = uniqueUser();
    const alice = as(target, user);
    const elsewhere = rest(target.url, { "x-user-id": user, "x-tenant-id": "elsewhere" });
    const bob = as(target);
    await make(bob);
    await make(elsewhere);
    for (const agent_id of ["a", "b", "a"]) await make(alice, { agent_id });
    const run = await make(alice, { prompt: "Compare them", agent_id: "b" });
    for (const query of ["", "?confirm=false", "?agent_id=a"]) {
      const refused = await alice.delete(`${SESSIONS}${query}`);
      expect([refused.status, refused.body.error]).toEqual([400, "invalid_argument"]);
      expect(JSON.stringify(refused.body.details)).toContain('"confirm"');
    }
    for (const path of [`${SESSIONS}/`, `${SESSIONS}/?confirm=true`]) {
      expect((await alice.delete(path)).status).toBe(404);
    }
    expect(await total(alice)).toBe(4);
    const ofOne = await alice.delete(`${SESSIONS}?confirm=true&agent_id=a`);
    expect([ofOne.status, ofOne.body]).toEqual([200, { deleted: 2, has_more: false }]);
    expect(
      await grpc().deleteAllSessions({ confirm: true }, { headers: { "x-user-id": user } }),
    ).toMatchObject({ deleted: 2, hasMore: false });
    expect((await alice.delete(`${SESSIONS}?confirm=true`)).body.deleted).toBe(0);
    expect([await total(alice), await total(bob), await total(elsewhere)]).toEqual([0, 1, 1]);
    const { body } = await alice.post(`${SESSIONS}/${run}/restore`);
    expect(body).toMatchObject({ status: "cancelled" });
  });

  it("deletes more than one step's worth, each once", async () => {
    const user = uniqueUser();
    const alice = as(target, user);
    const made = await Promise.all(Array.from({ length: 230 }, () => make(alice)));
    const headers = { "x-user-id": user };
    const request = create(CleanupSessionsRequestSchema, { sessionIds: made.slice(0, 20) });
    const { outcomes } = await grpc().cleanupSessions(request, { headers });
    expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set([CleanupResult.DELETED]));
    const answer = await alice.delete(`${SESSIONS}?confirm=true`);
    expect(answer.body).toEqual({ deleted: 210, has_more: false });
    expect(await total(alice)).toBe(0);
  });
}
