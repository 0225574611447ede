import { create, type Message } from "@bufbuild/protobuf";
import type { HandlerContext, Interceptor, MethodImplSpec } from "@connectrpc/connect";
import { borrowSignal } from "./borrowed-signal.ts";

type AnyFn = Parameters<Interceptor>[0];
type AnyRequest = Parameters<AnyFn>[0];
type UnaryRequest = AnyRequest & { readonly stream: false };
type UnarySpec = MethodImplSpec & { readonly kind: "unary" };

/** What a unary method answered, through all interceptors. */
export interface UnaryAnswer {
  readonly message: Message;
  readonly header: Headers;
}

/**
 * Calls a unary method through its interceptors, as Connect's own
 * `invokeUnaryImplementation` does. That one asks for the signal of the call; this one
 * leaves it to interceptors and handlers to do so.
 */
export function invokeUnary(
  spec: UnarySpec,
  ctx: HandlerContext,
  input: Message,
  interceptors: readonly Interceptor[],
): Promise<UnaryAnswer> {
  const { method } = spec;
  const request = requestOf(method, ctx, input);
  const implementation = async (req: UnaryRequest) => {
    const context = req === request ? ctx : contextOf(ctx, req);
    return {
      stream: false as const,
      service: method.parent,
      method,
      header: ctx.responseHeader,
      trailer: ctx.responseTrailer,
      message: create(method.output, await spec.impl(req.message, context)),
    };
  };
  const next = interceptors.reduceRight((inner, outer) => outer(inner), implementation as AnyFn);
  return next(request) as Promise<UnaryAnswer>;
}

function requestOf(
  method: UnarySpec["method"],
  ctx: HandlerContext,
  message: Message,
): UnaryRequest {
  const request = {
    stream: false as const,
    service: method.parent,
    method,
    requestMethod: ctx.requestMethod,
    url: ctx.url,
    header: ctx.requestHeader,
    contextValues: ctx.values,
    message,
  };
  return borrowSignal(request, ctx);
}

/** The context of a call whose request an interceptor replaced. */
function contextOf(ctx: HandlerContext, req: UnaryRequest): HandlerContext {
  const context = {
    method: ctx.method,
    service: req.service,
    requestMethod: ctx.requestMethod,
    protocolName: ctx.protocolName,
    url: ctx.url,
    timeoutMs: ctx.timeoutMs,
    requestHeader: req.header,
    responseHeader: ctx.responseHeader,
    responseTrailer: ctx.responseTrailer,
    values: req.contextValues,
  };
  return borrowSignal(context, req);
}
