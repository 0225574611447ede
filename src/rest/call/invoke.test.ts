import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  createContextKey,
  createContextValues,
  createMethodImplSpec,
  type HandlerContext,
  type Interceptor,
} from "@connectrpc/connect";
import { expect, test } from "vitest";
import {
  GetSessionRequestSchema,
  type GetSessionResponseSchema,
} from "../../../gen/parley/v1/session_queries_pb.js";
import { SessionService } from "../../../gen/parley/v1/session_service_pb.js";
import { borrowSignal } from "./borrowed-signal.ts";
import { invokeUnary } from "./invoke.ts";

const method = SessionService.method.getSession;
type Answer = MessageInitShape<typeof GetSessionResponseSchema>;

/** Invokes GetSession, and says what its handler saw and whether anybody asked for the signal. */
async function invoke(interceptors: Interceptor[], answer: Answer = {}) {
  const { signal } = new AbortController();
  let asked = false;
  const lender = {
    get signal() {
      asked = true;
      return signal;
    },
  };
  const ctx: HandlerContext = borrowSignal(
    {
      method,
      service: SessionService,
      requestMethod: "GET",
      protocolName: "rest",
      url: "http://h/",
      timeoutMs: () => undefined,
      requestHeader: new Headers({ "x-a": "1" }),
      responseHeader: new Headers(),
      responseTrailer: new Headers(),
      values: createContextValues(),
    },
    lender,
  );
  let seen: HandlerContext | undefined;
  const spec = createMethodImplSpec(method, (_request, context) => {
    seen = context;
    return answer;
  });
  if (spec.kind !== "unary") throw new Error("GetSession is unary");
  const answered = await invokeUnary(spec, ctx, create(GetSessionRequestSchema), interceptors);
  return { ...answered, ctx, signal, seen: seen as unknown as HandlerContext, asked: () => asked };
}

test("an answer becomes a whole message", async () => {
  const { message, header, ctx } = await invoke([], { session: { title: "t" } });
  expect(message).toMatchObject({
    $typeName: "parley.v1.GetSessionResponse",
    session: { $typeName: "parley.v1.Session", title: "t", version: 0 },
  });
  expect(header).toBe(ctx.responseHeader);
});

test("interceptors run outermost first, and may answer with other headers", async () => {
  const order: string[] = [];
  const note =
    (name: string): Interceptor =>
    (next) =>
    async (req) => {
      order.push(`${name} ${req.header.get("x-a")}`);
      const res = await next(req);
      order.push(name);
      return { ...res, header: new Headers({ by: name }) };
    };
  const { header } = await invoke([note("outer"), note("inner")]);
  expect(order).toEqual(["outer 1", "inner 1", "inner", "outer"]);
  expect(header.get("by")).toBe("outer");
});

test("nobody asks for the signal unless somebody does", async () => {
  const pass: Interceptor = (next) => (req) => next(req);
  const { asked, seen, signal } = await invoke([pass, pass]);
  expect(asked()).toBe(false);
  expect(seen.signal).toBe(signal);
});

test("a handler sees what an interceptor put in the place of the request", async () => {
  const key = createContextKey("");
  const replacement = AbortSignal.abort();
  const replace: Interceptor = (next) => (req) =>
    next({
      ...req,
      signal: replacement,
      header: new Headers({ "x-a": "2" }),
      contextValues: createContextValues().set(key, "v"),
    });
  const { seen, ctx } = await invoke([replace]);
  expect(seen.signal).toBe(replacement);
  expect(seen.requestHeader.get("x-a")).toBe("2");
  expect(seen.values.get(key)).toBe("v");
  const { method, url, requestMethod, responseHeader } = seen;
  expect({ method, url, requestMethod, responseHeader }).toEqual({
    method: ctx.method,
    url: ctx.url,
    requestMethod: ctx.requestMethod,
    responseHeader: ctx.responseHeader,
  });
});
