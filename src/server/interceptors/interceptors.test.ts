import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createContextValues, type Interceptor } from "@connectrpc/connect";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import {
  CreateSessionRequestSchema,
  CreateSessionResponseSchema,
} from "../../../gen/parley/v1/session_commands_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { ClaimTaskRequestSchema } from "../../../gen/parley/v1/worker_requests_pb.js";
import { callerKey, callerOf } from "../../api/caller.ts";
import { invalidArgument, ParleyError, REASONS, type Reason } from "../../domain/errors.ts";
import { EVERY_SCOPE } from "../../domain/scopes.ts";
import { reasonOf } from "../error-reason.ts";
import { authenticateCalls } from "./authenticate.ts";
import { type CallRequest, protocolOf, settle } from "./call.ts";
import { boundCalls } from "./deadline.ts";
import { mapErrors } from "./errors.ts";
import { fillRequestId } from "./idempotency.ts";

type Body = MessageInitShape<typeof CreateSessionRequestSchema>;
type Handler = (req: CallRequest) => unknown;

interface Call {
  readonly header?: Record<string, string>;
  readonly body?: Body;
  readonly signal?: AbortSignal;
  readonly url?: string;
}

function request({ header, body, signal, url }: Call = {}): CallRequest {
  return {
    stream: false,
    service: SessionService,
    method: SessionService.method.createSession,
    requestMethod: "POST",
    url: url ?? "http://h/parley.v1.SessionService/CreateSession",
    signal: signal ?? new AbortController().signal,
    header: new Headers(header),
    contextValues: createContextValues(),
    message: create(CreateSessionRequestSchema, body),
  };
}

/** Runs one interceptor around a handler. */
async function run(interceptor: Interceptor, handler: Handler, req = request()) {
  return interceptor(async (inner) => {
    await handler(inner);
    return {
      stream: false,
      service: SessionService,
      method: SessionService.method.createSession,
      header: new Headers(),
      trailer: new Headers(),
      message: create(CreateSessionResponseSchema),
    };
  })(req);
}

const failing = (error: unknown) => () => {
  throw error;
};

describe("mapErrors", () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: "debug" }, { write: (line) => lines.push(JSON.parse(line)) });
  const mapped = async (error: unknown, req = request()): Promise<ConnectError> => {
    lines.length = 0;
    return run(mapErrors(logger), failing(error), req).then(
      () => expect.unreachable(),
      (result) => result,
    );
  };

  it.each(Object.keys(REASONS) as Reason[])(
    "sends %s with its code and as ErrorInfo",
    async (reason) => {
      const error = await mapped(new ParleyError(reason, "words"));
      expect(error).toBeInstanceOf(ConnectError);
      expect(error.rawMessage).toBe("words");
      expect(error.message).toBe(`[${REASONS[reason].code}] words`);
      expect(error.details).toContainEqual({
        desc: ErrorInfoSchema,
        value: { reason, domain: "parley" },
      });
      expect(reasonOf(error)).toBe(reason);
    },
  );

  it("sends violations", async () => {
    const error = await mapped(invalidArgument("title", "is empty"));
    expect(error.details).toContainEqual({
      desc: BadRequestSchema,
      value: { fieldViolations: [{ field: "title", description: "is empty" }] },
    });
    expect(lines).toEqual([]);
  });

  it("takes what is not served here for no failure of ours", async () => {
    const req = request({ header: { "x-request-id": "r1" } });
    const error = await mapped(new ParleyError("unimplemented", "accounts are off"), req);
    expect([error.code, error.details]).toEqual([Code.Unimplemented, [expect.anything()]]);
    expect(lines).toEqual([]);
  });

  it("rounds up when to try again", async () => {
    const error = await mapped(new ParleyError("unavailable", "x", { retryAfterMs: 1001 }));
    expect(error.metadata.get("retry-after")).toBe("2");
  });

  it("keeps a ConnectError and says the reason its code stands for", async () => {
    const given = new ConnectError("no", Code.Unimplemented);
    expect(await mapped(given)).toBe(given);
    expect(reasonOf(given)).toBe("unimplemented");
    expect(given.details).toHaveLength(1);
  });

  it.each([new Error("driver words"), "driver words", undefined, { code: 3 }])(
    "hides %s behind a fixed text and logs it",
    async (thrown) => {
      const error = await mapped(thrown, request({ header: { "x-request-id": "r1" } }));
      expect(error.message).toBe("[internal] internal error");
      expect(lines).toMatchObject([{ level: 50, request_id: "r1" }]);
    },
  );

  it("logs what lies under an outage", async () => {
    const cause = new Error("driver words");
    const error = await mapped(new ParleyError("unavailable", "a store is away", { cause }));
    expect(error.message).toBe("[unavailable] a store is away");
    expect(lines).toMatchObject([{ level: 40, err: { message: "driver words" } }]);
  });

  it("tells a caller who left from a deadline", async () => {
    const abort = new DOMException("aborted", "AbortError");
    const left = request({ signal: AbortSignal.abort() });
    expect((await mapped(abort, left)).code).toBe(Code.Canceled);
    const late = new ConnectError("late", Code.DeadlineExceeded);
    expect((await mapped(abort, request({ signal: AbortSignal.abort(late) }))).code).toBe(
      Code.DeadlineExceeded,
    );
    expect((await mapped(abort)).code).toBe(Code.Internal);
  });
});

const SILENT = pino({ level: "silent" });

describe("authenticateCalls", () => {
  const as = (userId: string) => ({
    name: userId,
    authenticate: (header: Headers) =>
      header.has(userId)
        ? {
            tenantId: "t",
            userId,
            roles: new Set<never>(),
            scopes: EVERY_SCOPE,
            via: "dev" as const,
          }
        : undefined,
  });

  it("lets the first way decide that knows the caller", async () => {
    const req = request({ header: { b: "1", c: "1" } });
    await run(
      authenticateCalls({ authenticators: [as("a"), as("b"), as("c")], logger: SILENT }),
      () => undefined,
      req,
    );
    expect(callerOf({ values: req.contextValues }).userId).toBe("b");
  });

  it("refuses whom nobody knows, before the handler", async () => {
    let ran = false;
    const call = run(authenticateCalls({ authenticators: [as("a")], logger: SILENT }), () => {
      ran = true;
    });
    await expect(call).rejects.toMatchObject({ reason: "unauthenticated" });
    expect(ran).toBe(false);
    expect(() => callerOf({ values: createContextValues() })).toThrow("the caller is not known");
    expect(createContextValues().get(callerKey)).toBeUndefined();
  });
});

describe("fillRequestId", () => {
  const filled = async (call: Call) => {
    const req = request(call);
    await run(fillRequestId(), () => undefined, req);
    return (req.message as unknown as { requestId: string }).requestId;
  };

  it("takes the header where the field is empty or the same", async () => {
    expect(await filled({ header: { "idempotency-key": "k" } })).toBe("k");
    expect(await filled({ header: { "idempotency-key": "k" }, body: { requestId: "k" } })).toBe(
      "k",
    );
    expect(await filled({ body: { requestId: "b" } })).toBe("b");
    expect(await filled({})).toBe("");
  });

  it.each([
    ["another request_id", { header: { "idempotency-key": "k" }, body: { requestId: "b" } }],
    ["an empty key", { header: { "idempotency-key": "" } }],
    ["a key that is too long", { header: { "idempotency-key": "k".repeat(256) } }],
  ])("refuses %s", async (_what, call) => {
    await expect(filled(call)).rejects.toMatchObject({ reason: "invalid_argument" });
  });
});

describe("boundCalls", () => {
  const bound = boundCalls({ defaultMs: 30, maxMs: 60 });
  const never = () => new Promise(() => undefined);

  it("answers when the time is up, and tells the handler", async () => {
    let signal: AbortSignal | undefined;
    const call = run(bound, (req) => {
      signal = req.signal;
      return never();
    });
    await expect(call).rejects.toMatchObject({ code: Code.DeadlineExceeded });
    expect(signal?.aborted).toBe(true);
  });

  it("gives callers who name a deadline up to the longest one", async () => {
    const began = performance.now();
    const req = request({ header: { "grpc-timeout": "1H" } });
    await expect(run(bound, never, req)).rejects.toThrow("60 ms");
    expect(performance.now() - began).toBeGreaterThan(55);
  });

  it("has time for a wait that the request asks for, up to the longest deadline", async () => {
    const waiting = (waitMs: number, call: Call = {}) =>
      Object.assign(request(call), { message: create(ClaimTaskRequestSchema, { waitMs }) });
    await expect(run(bound, never, waiting(20))).rejects.toThrow("50 ms");
    await expect(run(bound, never, waiting(1000))).rejects.toThrow("60 ms");
    const named = waiting(20, { header: { "grpc-timeout": "1H" } });
    await expect(run(bound, never, named)).rejects.toThrow("60 ms");
  });

  it("ends with the caller, and with the caller's own deadline", async () => {
    const left = run(bound, never, request({ signal: AbortSignal.abort() }));
    await expect(left).rejects.toMatchObject({ code: Code.Canceled });
    const late = new ConnectError("late", Code.DeadlineExceeded);
    await expect(run(bound, never, request({ signal: AbortSignal.abort(late) }))).rejects.toBe(
      late,
    );
  });

  it("asks for no signal while a call is answered at once", async () => {
    let asked = 0;
    const { signal } = new AbortController();
    const req = Object.defineProperty(request(), "signal", {
      get: () => {
        asked++;
        return signal;
      },
    });
    await run(bound, () => undefined, req);
    await new Promise(setImmediate);
    expect(asked).toBe(0);
    await expect(run(bound, never, req)).rejects.toThrow("30 ms");
    expect(asked).toBe(1);
  });

  it("tells a handler that asks late", async () => {
    let late: AbortSignal | undefined;
    const call = run(bound, async (req) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      late = req.signal;
    });
    await expect(call).rejects.toMatchObject({ code: Code.DeadlineExceeded });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(late?.aborted).toBe(true);
  });

  it("leaves no timer and no listener behind", async () => {
    const { signal } = new AbortController();
    let inner: AbortSignal | undefined;
    await run(
      bound,
      (req) => {
        inner = req.signal;
      },
      request({ signal }),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(inner?.aborted).toBe(false);
  });
});

describe("protocolOf", () => {
  it.each([
    ["grpc", "http://h/parley.v1.SessionService/CreateSession", "application/grpc+proto"],
    ["grpc-web", "http://h/parley.v1.SessionService/CreateSession", "application/grpc-web+proto"],
    ["connect", "http://h/parley.v1.SessionService/CreateSession?connect=v1", ""],
    ["connect", "http://h/parley.v1.SessionService/CreateSession", "application/json"],
    ["rest", "http://h/api/v1/sessions", "application/json"],
  ])("knows %s by %s and %j", (protocol, url, type) => {
    expect(protocolOf(request({ url, header: { "content-type": type } }))).toBe(protocol);
  });
});

describe("settle", () => {
  async function outcome(
    read: (messages: AsyncIterable<unknown>) => Promise<unknown>,
    fail = false,
  ) {
    const outcomes: unknown[] = [];
    async function* messages() {
      yield create(CreateSessionResponseSchema);
      if (fail) throw new Error("broken");
      yield create(CreateSessionResponseSchema);
    }
    const res = await settle(
      async () => ({
        stream: true,
        service: SessionService,
        method: SessionService.method.createSession as never,
        header: new Headers(),
        trailer: new Headers(),
        message: messages() as never,
      }),
      request(),
      (error) => outcomes.push(error),
    );
    expect(outcomes).toEqual([]);
    await read(res.message as AsyncIterable<unknown>).catch(() => undefined);
    expect(outcomes).toHaveLength(1);
    return outcomes[0];
  }

  it("is told once that a stream is over, and how", async () => {
    const readAll = async (messages: AsyncIterable<unknown>) => {
      for await (const _ of messages);
    };
    expect(await outcome(readAll)).toBeUndefined();
    expect(await outcome(readAll, true)).toMatchObject({ message: "broken" });
    const leave = async (messages: AsyncIterable<unknown>) => {
      for await (const _ of messages) break;
    };
    expect(await outcome(leave)).toMatchObject({ code: Code.Canceled });
  });
});
