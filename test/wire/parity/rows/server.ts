import { Health } from "../../../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { SessionService } from "../../../../gen/parley/v1/session_service_pb.js";
import { type Row, row } from "./row.ts";

/** What a server of gRPC has besides. */
export const SERVER_ROWS: readonly Row[] = [
  row(Health.method.check, [
    { name: "the server", input: {} },
    { name: "a service", input: { service: SessionService.typeName } },
    { name: "an unknown one", input: { service: "nobody" }, fails: "not_found" },
  ]),
  row(Health.method.list, [{ name: "all", input: {} }]),
  row(Health.method.watch, [
    { name: "the server", input: {}, take: 1 },
    { name: "an unknown one", input: { service: "nobody" }, take: 1 },
  ]),
  ...[ServerReflection, ServerReflectionAlpha].map(({ method }) =>
    row(method.serverReflectionInfo, [
      {
        name: "services",
        input: { messageRequest: { case: "listServices", value: "" } },
        take: 1,
      },
      {
        name: "an unknown symbol",
        input: { messageRequest: { case: "fileContainingSymbol", value: "nobody" } },
        take: 1,
      },
    ]),
  ),
];
