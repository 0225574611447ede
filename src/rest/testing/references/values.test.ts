import { create, toJson } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { bindQuery } from "../../bind/query.ts";
import { Violations } from "../../codec/violation.ts";
import { getMessage } from "../schema.ts";
import { envoyValues } from "./envoy-values.ts";
import { grpcGatewayConversions } from "./grpc-gateway-conversions.ts";
import { grpcGatewayValues } from "./grpc-gateway-values.ts";
import { httpProtoValues } from "./http-proto.ts";
import { REFUSED } from "./reference-case.ts";
import { checkGroups } from "./reference-check.ts";
import { referenceSchema } from "./reference-schema.ts";
import type { ValuedGroup } from "./valued-case.ts";
import { vanguardValues } from "./vanguard-values.ts";

/** The message is shown by protobuf-es, so that no code under test judges itself. */
function bind({ message, taken = [] }: ValuedGroup): (query: string) => string {
  const desc = getMessage(referenceSchema, message);
  return (query) => {
    const target = create(desc);
    const violations = new Violations();
    bindQuery(target as never, query, { desc, taken: new Set(taken), open: true }, violations);
    return violations.any ? REFUSED : JSON.stringify(toJson(desc, target));
  };
}

describe("query parameters of the references", () => {
  test.each([
    ["http.proto", httpProtoValues, { agree: 4, differ: 0 }],
    ["Vanguard", vanguardValues, { agree: 61, differ: 2 }],
    ["grpc-gateway", [...grpcGatewayValues, ...grpcGatewayConversions], { agree: 120, differ: 42 }],
    ["Envoy", envoyValues, { agree: 33, differ: 4 }],
  ])("%s", (_name, groups, counts) => {
    expect(checkGroups(groups, bind)).toEqual({ ...counts, wrong: [] });
  });
});
