import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { createContextValues } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { type Head, HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import { DeleteAllSessionsRequestSchema } from "../../../gen/parley/v1/session_bulk_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import type { Context } from "../../context.ts";
import type { SessionQuery } from "../../journal/port.ts";
import { callerKey } from "../caller.ts";
import { deleteAllSessions } from "./delete-all-sessions.ts";

/** So many sessions, newest first, of which the second is deleted by somebody else meanwhile. */
function sessions(count: number): Head[] {
  return Array.from({ length: count }, (_, i) =>
    create(HeadSchema, {
      uid: `uid-${i}`,
      session: { sessionId: `s-${i}`, createdAt: timestampFromMs((count - i) * 1000) },
    }),
  );
}

/** Deletes them by steps that take so long each. */
async function deleteOf(heads: Head[], stepMs: number, agentId = "") {
  let time = 0;
  const queries: SessionQuery[] = [];
  const deleted: string[] = [];
  const context = {
    clock: { now: () => new Date(0), monotonic: () => time },
    ids: { uuid: () => "id" },
    log: {
      async list(query: SessionQuery) {
        queries.push(query);
        time += stepMs;
        const from = heads.findIndex(({ uid }) => uid === query.after?.uid) + 1;
        const page = heads.slice(from, from + query.limit);
        return { heads: page, hasMore: from + page.length < heads.length };
      },
      async write({ id }: { id: string }) {
        if (id !== "s-1") deleted.push(id);
        return { head: undefined, events: id === "s-1" ? [] : [{}] };
      },
    },
  } as unknown as Context;
  const caller = {
    ...{ tenantId: "t", userId: "u", via: "dev" as const },
    ...{ roles: new Set<never>(), scopes: new Set<never>() },
  };
  const call = {
    values: createContextValues().set(callerKey, caller),
    service: SessionService,
    method: SessionService.method.deleteAllSessions,
    signal: new AbortController().signal,
  } as unknown as HandlerContext;
  const request = create(DeleteAllSessionsRequestSchema, { confirm: true, agentId });
  const answer = await deleteAllSessions(context)(request, call);
  return { answer, deleted, queries };
}

it("goes from the newest back, a bounded step at a time, and counts what it deleted itself", async () => {
  const { answer, deleted, queries } = await deleteOf(sessions(250), 1);
  expect(answer).toEqual({ deleted: 249, hasMore: false });
  expect(new Set(deleted).size).toBe(249);
  expect(queries.map(({ after, limit }) => [after?.uid, limit])).toEqual([
    [undefined, 100],
    ["uid-99", 100],
    ["uid-199", 100],
  ]);
  expect(queries[0]).toMatchObject({ tenantId: "t", userId: "u", order: "desc" });
});

it("says that there are more when its time is over", async () => {
  const { answer, queries } = await deleteOf(sessions(1000), 4000);
  expect(answer).toEqual({ deleted: 299, hasMore: true });
  expect(queries).toHaveLength(3);
});

it("asks for those of one agent", async () => {
  const { queries } = await deleteOf(sessions(0), 1, "agent-1");
  expect(queries).toMatchObject([{ agentId: "agent-1" }]);
});
