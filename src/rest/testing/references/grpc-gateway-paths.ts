import { choice, grpcGateway, type ReferenceCase } from "./reference-case.ts";
import { NONE, type RoutedGroup } from "./routed-case.ts";

const patternTest = "runtime/pattern_test.go";
const method = choice("path matches, method does not")("405");
const override = choice("method override")("405");
const decoded = choice("what is matched");
const several = choice("variable of several segments");

/** A pattern, and the paths it does and does not match. */
function pattern(
  template: string,
  matching: readonly string[],
  others: readonly string[] = [],
  differing: readonly ReferenceCase[] = [],
): RoutedGroup {
  return {
    source: grpcGateway(patternTest, "TestMatch"),
    routes: [`GET ${template}`],
    cases: [
      ...matching.map((path): ReferenceCase => [`GET /${path}`, template]),
      ...others.map((path): ReferenceCase => [`GET /${path}`, NONE]),
      ...differing,
    ],
  };
}

/** Variables are shown by their captures, which this test of the reference does not look at. */
function capturing(template: string, cases: readonly ReferenceCase[]): RoutedGroup {
  return { source: grpcGateway(patternTest, "TestMatch"), routes: [`GET ${template}`], cases };
}

const none = (...paths: string[]): ReferenceCase[] => paths.map((path) => [`GET /${path}`, NONE]);

const matching: readonly RoutedGroup[] = [
  pattern("/", [""], ["example"]),
  pattern("/", [""], ["example", "path/to/example"]),
  pattern("/*", ["abc", "def"], ["", "abc/def"]),
  pattern("/v1", ["v1"], ["", "v2"]),
  pattern("/**", ["", "abc", "abc/def", "abc/def/ghi"]),
  pattern(
    "/**/tail",
    ["tail", "abc/tail", "abc/def/tail"],
    ["", "abc", "abc/def", "tail/extra", "abc/tail/extra", "abc/def/tail/extra"],
  ),
  capturing("/v1/bucket/{name}", [
    ["GET /v1/bucket/my-bucket", "/v1/bucket/{name} name=my-bucket"],
    ["GET /v1/bucket/our-bucket", "/v1/bucket/{name} name=our-bucket"],
    ...none("", "v1", "v1/bucket", "v2/bucket/my-bucket", "v1/pubsub/my-topic"),
  ]),
  capturing("/v1/{name=o/**}", [
    ["GET /v1/o", "/v1/{name=o/**} name=o"],
    ["GET /v1/o/my-bucket", "/v1/{name=o/**} name=o/my-bucket"],
    ["GET /v1/o/our-bucket", "/v1/{name=o/**} name=o/our-bucket"],
    ["GET /v1/o/my-bucket/dir", "/v1/{name=o/**} name=o/my-bucket/dir"],
    ["GET /v1/o/my-bucket/dir/dir2", "/v1/{name=o/**} name=o/my-bucket/dir/dir2"],
    ["GET /v1/o/my-bucket/dir/dir2/obj", "/v1/{name=o/**} name=o/my-bucket/dir/dir2/obj"],
    ...none("", "v1", "v2/o/my-bucket", "v1/b/my-bucket"),
  ]),
  capturing("/v2/{name=b/*}/o/{oname}", [
    ["GET /v2/b/my-bucket/o/obj", "/v2/{name=b/*}/o/{oname} name=b/my-bucket oname=obj"],
    ["GET /v2/b/our-bucket/o/obj", "/v2/{name=b/*}/o/{oname} name=b/our-bucket oname=obj"],
    ["GET /v2/b/my-bucket/o/dir", "/v2/{name=b/*}/o/{oname} name=b/my-bucket oname=dir"],
    ...none("", "v2", "v2/b", "v2/b/my-bucket", "v2/b/my-bucket/o"),
  ]),
  pattern("/v1:LOCK", ["v1:LOCK"], ["v1", "LOCK"]),
];

/** One pattern, one path, and what its variables hold. */
function binding(
  template: string,
  path: string,
  ...rest: [string?, ReferenceCase[2]?]
): RoutedGroup {
  const [captured = "", difference] = rest;
  const outcome = captured === "" ? template : `${template} ${captured}`;
  const request = `GET /${path}`;
  return {
    source: grpcGateway(patternTest, "TestMatchWithBinding"),
    routes: [`GET ${template}`],
    cases: [difference ? [request, outcome, difference] : [request, outcome]],
  };
}

const bindings: readonly RoutedGroup[] = [
  binding("/", ""),
  binding("/", ""),
  binding("/*", "abc"),
  binding("/*:LOCK", "abc:LOCK"),
  binding("/endpoint", "endpoint"),
  binding("/**", "abc/def/ghi"),
  binding("/v1/bucket/{name}", "v1/bucket/my-bucket", "name=my-bucket"),
  binding("/v1/bucket/{name}:LOCK", "v1/bucket/my-bucket:LOCK", "name=my-bucket"),
  binding("/v1/{name=o/**}", "v1/o/my-bucket/dir/dir2/obj", "name=o/my-bucket/dir/dir2/obj"),
  binding(
    "/v1/{name=o/**/.ext}/tail",
    "v1/o/my-bucket/dir/dir2/obj/.ext/tail",
    "name=o/my-bucket/dir/dir2/obj/.ext",
  ),
  binding("/v2/{name=b/*}/o/{oname}", "v2/b/my-bucket/o/obj", "name=b/my-bucket oname=obj"),
  binding("/foo/{id}/bar", "foo/part1%2Fpart2/bar", "id=part1/part2"),
  binding("/foo/{id=**}", "foo/test%2Fbar", "id=test%2Fbar"),
  binding("/foo/{id=**}", "foo/test%2Fbar", "id=test/bar", several("/foo/{id=**} id=test%2Fbar")),
];

/** Routes, a request, and the template that serves it or the status of the refusal. */
function served(routes: readonly string[], ...only: ReferenceCase): RoutedGroup {
  return { source: grpcGateway("runtime/mux_test.go", "TestMuxServeHTTP"), routes, cases: [only] };
}

const slashInId = ["GET /foo/{id}/bar"];
const success = "/foo/{id}/bar id=success/with/space";

const muxes: readonly RoutedGroup[] = [
  served([], "GET /", "404"),
  served(["GET /foo"], "GET /foo", "/foo"),
  served(["GET /foo"], "GET /bar", "404"),
  served(["GET /*", "GET /foo"], "GET /foo", "/foo"),
  served(["GET /foo", "POST /foo"], "POST /foo", "/foo"),
  served(["GET /foo"], "DELETE /foo", "501", method),
  served(["POST /foo/{id}:archive"], "DELETE /foo/bar:archive", "501", method),
  served(["GET /foo"], "POST /foo", "/foo", override), // a form
  served(["GET /foo"], "POST /foo", "501", method), // a form, with that turned off
  served(["GET /foo", "POST /foo"], "POST /foo", "/foo"),
  served(["GET /foo"], "POST /foo", "/foo", override), // X-HTTP-Method-Override
  served(["DELETE /foo", "PUT /foo", "PATCH /foo"], "POST /foo", "501", method),
  served(["GET /foo"], "POST /foo", "501", method),
  served(["POST /foo:bar"], "POST /foo:bar", "/foo:bar"),
  served(["GET /foo/{id}", "GET /foo/{id}:verb"], "GET /foo/bar:verb", "/foo/{id}:verb id=bar"),
  served(["GET /foo/{id}"], "GET /foo/bar", "/foo/{id} id=bar"),
  served(["GET /foo/{id}"], "GET /foo/bar:123", "/foo/{id} id=bar:123"),
  served(["POST /foo/{id}", "POST /foo/{id}:verb"], "POST /foo/bar:verb", "/foo/{id}:verb id=bar"),
  served(["GET /foo"], "POST foo", "400"),
  served(
    ["POST /foo/{id}", "POST /foo/{id}:verb:subverb"],
    "POST /foo/bar:verb:subverb",
    "/foo/{id}:verb:subverb id=bar",
  ),
  served(slashInId, "POST /foo/404%2fwith%2Fspace/bar", "404", decoded("405")),
  served(slashInId, "GET /foo/success%2fwith%2Fspace/bar", success),
  served(slashInId, "GET /foo/success%2fwith%2Fspace/bar", "404", decoded(success)), // all decoded
  served(slashInId, "GET /foo/success%2fwith%2Fspace/bar", "404", decoded(success)), // legacy mode
  served(
    ["GET /foo/{id=**}"],
    "GET /foo/success%2fwith%2Fspace",
    "/foo/{id=**} id=success%2fwith%2Fspace",
  ),
  served(
    ["POST /api/v1/{name=organizations/*}:action"],
    "POST /api/v1/organizations%2Ffoo:action",
    "/api/v1/{name=organizations/*}:action name=organizations/foo",
    decoded("404"),
  ),
  served(
    ["POST /api/v1/organizations:verb", "POST /api/v1/organizations", "POST /api/v1/dummies:verb"],
    "POST /api/v1/organizations:verb",
    "/api/v1/organizations:verb",
  ),
  // The reference decodes twice in this mode.
  served(["GET /foo/{id}"], "GET /foo/%25", "400", decoded("/foo/{id} id=%")),
];

/** A request, and the template that takes it with what its variables capture. */
export const grpcGatewayPaths: readonly RoutedGroup[] = [...matching, ...bindings, ...muxes];
