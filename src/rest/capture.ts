import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  createMethodImplSpec,
  createServiceImplSpec,
  type MethodImpl,
  type MethodImplSpec,
  type ServiceImpl,
} from "@connectrpc/connect";
import type { UniversalHandlerOptions } from "./connect-internals.ts";

/** What serves one method: the implementation, and the options it was registered with. */
export interface CapturedMethod {
  readonly spec: MethodImplSpec;
  readonly options: Partial<UniversalHandlerOptions>;
}

/** A router to register services with, and what was registered through it so far. */
export interface CapturedServices {
  readonly router: ConnectRouter;
  readonly methods: readonly CapturedMethod[];
}

/**
 * Puts a recorder before a ConnectRouter, since a router does not give back the
 * implementations it was given. Register through `router` of the result.
 */
export function captureServices(target: ConnectRouter): CapturedServices {
  const methods: CapturedMethod[] = [];
  const router: ConnectRouter = {
    handlers: target.handlers,
    service<T extends DescService>(
      service: T,
      implementation: Partial<ServiceImpl<T>>,
      options?: Partial<UniversalHandlerOptions>,
    ) {
      const { methods: specs } = createServiceImplSpec(service, implementation);
      for (const spec of Object.values(specs)) methods.push({ spec, options: options ?? {} });
      target.service(service, implementation, options);
      return this;
    },
    rpc<M extends DescMethod>(
      method: M,
      implementation: MethodImpl<M>,
      options?: Partial<UniversalHandlerOptions>,
    ) {
      methods.push({ spec: createMethodImplSpec(method, implementation), options: options ?? {} });
      target.rpc(method, implementation, options);
      return this;
    },
  };
  return { router, methods };
}
