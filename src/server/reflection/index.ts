import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { ServerReflection } from "../../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionV1Alpha } from "../../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { FileIndex } from "./file-index.ts";
import { answerReflection } from "./reflection.ts";

type ServiceOptions = Parameters<ConnectRouter["service"]>[2];

/** Registers both versions of server reflection, for `services` and for themselves. */
export function registerReflection(
  router: ConnectRouter,
  services: readonly DescService[],
  shutdown: AbortSignal,
  options: ServiceOptions,
): void {
  const index = new FileIndex([...services, ServerReflection, ServerReflectionV1Alpha]);
  router.service(
    ServerReflection,
    { serverReflectionInfo: (questions) => answerReflection(index, questions, shutdown) },
    options,
  );
  router.service(
    ServerReflectionV1Alpha,
    {
      // The same fields and numbers; only the package in the types' names differs.
      serverReflectionInfo: (questions) =>
        answerReflection(index, questions as never, shutdown) as never,
    },
    options,
  );
}
