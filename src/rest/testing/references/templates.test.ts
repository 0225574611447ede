import { describe, expect, test } from "vitest";
import { parseTemplate } from "../../template/parse-template.ts";
import { templateShape } from "../template-shape.ts";
import { envoyTemplates } from "./envoy-templates.ts";
import { grpcGatewayTemplates } from "./grpc-gateway-templates.ts";
import { httpProtoTemplates } from "./http-proto.ts";
import { REFUSED } from "./reference-case.ts";
import { checkGroups } from "./reference-check.ts";
import { vanguardTemplates } from "./vanguard-templates.ts";

function parse(source: string): string {
  try {
    const template = parseTemplate(source);
    const variables = template.variables.map(({ path, start, end }) => `${path}@${start}-${end}`);
    return [templateShape(template), ...variables].join(" ");
  } catch {
    return REFUSED;
  }
}

describe("templates of the references", () => {
  test.each([
    ["http.proto", httpProtoTemplates, { agree: 9, differ: 0 }],
    ["Vanguard", vanguardTemplates, { agree: 97, differ: 6 }],
    ["grpc-gateway", grpcGatewayTemplates, { agree: 84, differ: 2 }],
    ["Envoy", envoyTemplates, { agree: 102, differ: 4 }],
  ])("%s", (_name, groups, counts) => {
    expect(checkGroups(groups, () => parse)).toEqual({ ...counts, wrong: [] });
  });
});
