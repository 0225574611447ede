import { type CaseGroup, choice, grpcGateway, REFUSED } from "./reference-case.ts";

const folder = "internal/httprule";
const literal = choice("literals in a template");

const tokenized: readonly (readonly [template: string, segments: string])[] = [
  ["/", "/"],
  ["/v1", "/v1"],
  ["/v1/b", "/v1/b"],
  ["/v1/endpoint/*", "/v1/endpoint/*"],
  ["/v1/endpoint/**", "/v1/endpoint/**"],
  ["/v1/b/{bucket_name=*}", "/v1/b/* bucket_name@2-3"],
  ["/v1/b/{bucket_name=buckets/*}", "/v1/b/buckets/* bucket_name@2-4"],
  ["/v1/b/{bucket_name=buckets/*}/o", "/v1/b/buckets/*/o bucket_name@2-4"],
  ["/v1/b/{bucket_name=buckets/*}/o/{name}", "/v1/b/buckets/*/o/* bucket_name@2-4 name@5-6"],
  ["/v1/a=b&c=d;e=f:g/endpoint.rdf", "/v1/a%3Db%26c%3Dd%3Be%3Df%3Ag/endpoint.rdf"],
];

/** Templates that a reference writes for segments it was given. */
const written: readonly (readonly [template: string, segments: string])[] = [
  ["/v1", "/v1"],
  ["/*", "/*"],
  ["/**", "/**"],
  ["/{name=a}", "/a name@0-1"],
  ["/{name=a/*/b}", "/a/*/b name@0-3"],
  [
    "/v1/{name=a/*/b}/c/{field.nested=*/d}/*/e/**",
    "/v1/a/*/b/c/*/d/*/e/** name@1-4 field.nested@5-7",
  ],
];

const patterns: readonly (readonly [template: string, segments: string])[] = [
  ["/", "/"],
  ["/*", "/*"],
  ["/endpoint", "/endpoint"],
  ["/**", "/**"],
  ["/{name=*}", "/* name@0-1"],
  [
    "/v1/{bucket_name=buckets/*}/{name=objects/**/.ext}/tail",
    "/v1/buckets/*/objects/**/.ext/tail bucket_name@1-3 name@3-6",
  ],
];

/** The same templates without and with a verb, as the reference's loops do. */
function withVerb(cases: readonly (readonly [string, string])[]): [string, string][] {
  return cases.flatMap(([template, segments]): [string, string][] => [
    [template, segments],
    [`${template}:LOCK`, segments.replace(/ |$/, ":LOCK$&")],
  ]);
}

/** A template, and its segments with `variable@first-end`. */
export const grpcGatewayTemplates: readonly CaseGroup[] = [
  {
    source: grpcGateway(`${folder}/parse_test.go`, "TestTokenize"),
    cases: [
      ...withVerb(tokenized),
      ["/v1/a/{endpoint}:a", "/v1/a/*:a endpoint@2-3"],
      ["/v1/a/{endpoint}:b:c", "/v1/a/*:b:c endpoint@2-3"],
    ],
  },
  {
    source: grpcGateway(`${folder}/parse_test.go`, "TestParseSegments"),
    cases: [
      ["/", "/"],
      ["/v1", "/v1"],
      ["/-._~!$&'()*+,;=:@", "/-._~!%24%26'()%2A%2B%2C%3B%3D%3A%40", literal(REFUSED)],
      ["/%e7%ac%ac%e4%b8%80%e7%89%88", "/%E7%AC%AC%E4%B8%80%E7%89%88"],
      ["/v1/*", "/v1/*"],
      ["/v1/**", "/v1/**"],
      ["/{name}", "/* name@0-1"],
      ["/{name=*}", "/* name@0-1"],
      ["/{field.nested.nested2=*}", "/* field.nested.nested2@0-1"],
      ["/{name=a/b/*}", "/a/b/* name@0-3"],
      [
        "/v1/{name.nested.nested2=a/b/*}/o/{another_name=a/b/*/c}/**",
        "/v1/a/b/*/o/a/b/*/c/** name.nested.nested2@1-4 another_name@5-9",
      ],
    ],
  },
  {
    source: grpcGateway(`${folder}/parse_test.go`, "TestParse"),
    cases: [
      ["/v1/{name}:bla:baa", "/v1/*:bla:baa name@1-2"],
      ["/v1/{name}:", "/v1/* name@1-2", choice("verbs")(REFUSED)],
      ["/v1/{name=segment/wi:th}", "/v1/segment/wi%3Ath name@1-3"],
    ],
  },
  {
    source: grpcGateway(`${folder}/parse_test.go`, "TestParseError"),
    cases: [["v1/{name}", REFUSED]],
  },
  {
    source: grpcGateway(`${folder}/parse_test.go`, "TestParseSegmentsWithErrors"),
    cases: [
      ["///", REFUSED],
      ["/a?b", REFUSED],
      ["/%", REFUSED],
      ["/%2", REFUSED],
      ["/a%2z", REFUSED],
      ["/{name", REFUSED],
      ["/{name=", REFUSED],
      ["/{name=*", REFUSED],
      ["/{name.}", REFUSED],
      ["/{name..nested}", REFUSED],
      ["/{field-name}", REFUSED],
      ["/v1{name}", REFUSED],
    ],
  },
  {
    source: grpcGateway(`${folder}/compile_test.go`, "TestCompile"),
    cases: [
      ["/", "/"],
      ["/*", "/*"],
      ["/**", "/**"],
      ["/v1", "/v1"],
      ["/v1:LOCK", "/v1:LOCK"],
      ["/{name.nested=*}", "/* name.nested@0-1"],
      ["/obj/{name.nested=a/*/b}/{obj=**}", "/obj/a/*/b/** name.nested@1-4 obj@4-5"],
    ],
  },
  {
    source: grpcGateway(`${folder}/types_test.go`, "TestTemplateStringer"),
    cases: withVerb(written),
  },
  {
    source: grpcGateway("runtime/pattern_test.go", "TestPatternString"),
    cases: withVerb(patterns),
  },
  {
    source: grpcGateway("runtime/pattern_test.go", "TestNewPatternWithWrongOp"),
    cases: [["/**/abc/**", REFUSED]],
  },
  {
    source: grpcGateway("runtime/mux_test.go", "TestServeMux_HandlePath"),
    cases: [
      ["/", "/"],
      ["/v1/{bucket}/do:action", "/v1/*/do:action bucket@1-2"],
      ["/v1/b/{bucket_name=buckets/*}/o/{name}", "/v1/b/buckets/*/o/* bucket_name@2-4 name@5-6"],
      ["/v1/endpoint/*", "/v1/endpoint/*"],
      ["v1/b/:name/do", REFUSED],
    ],
  },
];
