import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { envoyPaths } from "./envoy-paths.ts";
import { envoyTemplates } from "./envoy-templates.ts";
import { envoyValues } from "./envoy-values.ts";
import { envoyVerbs } from "./envoy-verbs.ts";
import { grpcGatewayConversions } from "./grpc-gateway-conversions.ts";
import { grpcGatewayPaths } from "./grpc-gateway-paths.ts";
import { grpcGatewayTemplates } from "./grpc-gateway-templates.ts";
import { grpcGatewayValues } from "./grpc-gateway-values.ts";
import { httpProtoPaths, httpProtoTemplates, httpProtoValues } from "./http-proto.ts";
import type { CaseGroup } from "./reference-case.ts";
import { envoyRules, grpcGatewayRules, vanguardRules } from "./rules.ts";
import { vanguardPaths } from "./vanguard-paths.ts";
import { vanguardTemplates } from "./vanguard-templates.ts";
import { vanguardValues } from "./vanguard-values.ts";

const groups: readonly CaseGroup[] = [
  ...[httpProtoTemplates, httpProtoPaths, httpProtoValues],
  ...[vanguardTemplates, vanguardPaths, vanguardValues, vanguardRules],
  ...[grpcGatewayTemplates, grpcGatewayPaths, grpcGatewayValues, grpcGatewayConversions],
  ...[grpcGatewayRules, envoyTemplates, envoyPaths, envoyVerbs, envoyValues, envoyRules],
].flat();

const documentation = readFileSync(new URL("../../../../docs/rest.md", import.meta.url), "utf8");

/** The first cells of the tables in docs/rest.md. */
function documentedBehaviours(): Set<string> {
  const rows = documentation.matchAll(/^\| ((?:[^|\\]|\\.)+?) \|/gm);
  return new Set([...rows].map((row) => row[1]!));
}

test("every difference is a choice that docs/rest.md explains", () => {
  const choices = groups.flatMap(({ cases }) =>
    cases.flatMap(([, , difference]) => difference?.choice ?? []),
  );
  const documented = documentedBehaviours();
  expect([...new Set(choices)].filter((name) => !documented.has(name))).toEqual([]);
});

test("how many cases agree and differ, by reference", () => {
  const repositories = new Set(groups.map(({ source }) => source.repository));
  const counts = [...repositories].map((repository) => {
    const cases = groups.flatMap((group) =>
      group.source.repository === repository ? group.cases : [],
    );
    const differ = cases.filter(([, , difference]) => difference !== undefined).length;
    return { repository, agree: cases.length - differ, differ };
  });
  expect(counts).toEqual([
    { repository: "google-proto-files", agree: 21, differ: 0 },
    { repository: "connectrpc/vanguard-go", agree: 265, differ: 22 },
    { repository: "grpc-ecosystem/grpc-gateway", agree: 299, differ: 60 },
    { repository: "grpc-ecosystem/grpc-httpjson-transcoding", agree: 502, differ: 13 },
  ]);
  expect(documentation).toContain("1,182 of them");
  expect(documentation).toContain("1,087 come out alike here. Each of the other 95");
});
