import { once } from "node:events";
import type { Server } from "node:http";
import type { Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ConversationService } from "../../../gen/parley/v1/conversation_service_pb.js";
import { type SessionSchema, SessionStatus } from "../../../gen/parley/v1/session_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import type { WatchSessionResponseSchema } from "../../../gen/parley/v1/watch_pb.js";
import { setSuccessStatus } from "../call/success-status.ts";
import { captureServices } from "../capture.ts";
import { createRest, type RestOptions } from "../rest.ts";

/** What the small service saw of its callers. One for each test file. */
export const seen: {
  ctx?: HandlerContext;
  intercepted: string[];
  stopped: number;
  produced: number;
} = { intercepted: [], stopped: 0, produced: 0 };

const session = (id: string): MessageInitShape<typeof SessionSchema> => ({
  sessionId: id,
  status: SessionStatus.RUNNING,
  createdAt: timestampFromDate(new Date("2026-01-02T03:04:05Z")),
  etag: "7",
  labels: { a: "b" },
  context: { any: [1, null, { deep: true }] },
  logBytes: 5n,
});

const sessions = {
  createSession(request: { sessionId: string; title?: string | undefined }, ctx: HandlerContext) {
    if (request.sessionId === "taken") setSuccessStatus(ctx, 200);
    ctx.responseHeader.set("x-made", "yes");
    return { session: { ...session(request.sessionId || "new"), title: request.title } };
  },
  async getSession(request: { sessionId: string }, ctx: HandlerContext) {
    seen.ctx = ctx;
    switch (request.sessionId) {
      case "missing":
        throw new ConnectError("no such session", Code.NotFound, { "retry-after": "1" }, [
          { desc: ErrorInfoSchema, value: { reason: "session_not_found", domain: "test" } },
        ]);
      case "broken":
        throw new Error("password is hunter2");
      case "slow":
        await new Promise((_resolve, reject) => {
          const stop = () => {
            seen.stopped++;
            reject(ctx.signal.reason);
          };
          // On a busy machine it may be stopped before it begins.
          if (ctx.signal.aborted) stop();
          else ctx.signal.addEventListener("abort", stop);
        });
    }
    return request.sessionId === "none" ? {} : { session: session(request.sessionId) };
  },
  updateSession(request: { sessionId: string; title?: string | undefined; ifMatch: string }) {
    if (request.ifMatch !== "" && request.ifMatch !== "7") {
      throw new ConnectError("state has changed", Code.Aborted);
    }
    return { session: { ...session(request.sessionId), title: request.title } };
  },
  deleteSession: () => ({}),
  listSessions: (request: { limit?: number | undefined; status: SessionStatus }) => ({
    count: request.limit ?? 20,
    nextPageToken: SessionStatus[request.status],
  }),
};

type Watched = MessageInitShape<typeof WatchSessionResponseSchema>;

function watched(seq: number, update: Watched["update"]): Watched {
  return { seq, update };
}

const conversation = {
  async *watchSession(
    request: { sessionId: string; afterSeq?: number | undefined },
    ctx: HandlerContext,
  ) {
    if (request.sessionId === "denied") throw new ConnectError("no", Code.PermissionDenied);
    try {
      ctx.responseHeader.set("x-watch", "1");
      if (request.sessionId === "silent") await once(ctx.signal, "abort");
      yield watched(request.afterSeq ?? 0, { case: "position", value: {} });
      if (request.sessionId === "short") return;
      if (request.sessionId === "fails") throw new ConnectError("gone", Code.NotFound);
      if (request.sessionId === "flood") {
        const name = "x".repeat(100_000);
        for (let seq = 1; !ctx.signal.aborted; seq++) {
          seen.produced = seq;
          yield watched(seq, { case: "event", value: { type: name } });
        }
      }
      await once(ctx.signal, "abort");
    } finally {
      seen.stopped++;
    }
  },
};

const recorder: Interceptor = (next) => (request) => {
  seen.intercepted.push(`${request.requestMethod} ${new URL(request.url).pathname}`);
  return next(request);
};

/** A small service over Connect and REST; its ids say how it behaves. */
export function handler(options: Partial<RestOptions> = {}) {
  let rest: ReturnType<typeof createRest> | undefined;
  return connectNodeAdapter({
    interceptors: [recorder],
    routes(router) {
      const captured = captureServices(router);
      captured.router.service(SessionService, sessions).service(ConversationService, conversation);
      rest = createRest({
        methods: captured.methods,
        interceptors: [recorder],
        readMaxBytes: 1000,
        heartbeatMs: 40,
        ...options,
      });
    },
    fallback: (request, response) => rest?.(request, response),
  });
}

/** Listens on a free port of 127.0.0.1 and gives its number. */
export async function listen(target: Server | Http2Server): Promise<number> {
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  return (target.address() as AddressInfo).port;
}

export function json(body: unknown, method = "POST"): RequestInit {
  return { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

export async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (condition()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it never came to be");
}
