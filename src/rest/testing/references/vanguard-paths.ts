import { choice, type ReferenceCase, vanguard } from "./reference-case.ts";
import { NONE, type RoutedGroup } from "./routed-case.ts";

const many = choice("`**`");
const nested = choice("a variable in a variable")(NONE);
const several = choice("variable of several segments");

const treePaths = [
  "/foo/bar/baz/buzz",
  "/foo/bar/{name}",
  "/foo/bar/{name}/baz/{child}",
  "/foo/bar/{name}/baz/{child.id}/buzz/{child.thing.id}",
  "/foo/bar/*/{thing.id}/{cat=**}",
  "/foo/bar/*/{thing.id}/{cat=**}:do",
  "/foo/bar/*/{thing.id}/{cat=**}:cancel",
  "/foo%2Fbar/%2A/%2A%2a/{starstar=%2A%2a/**}:%2c",
  "/trailing/**:slash",
  "/verb",
];

const treeCases: readonly ReferenceCase[] = [
  ["/bob/lob/law", NONE],
  ["/foo/bar/baz", "/foo/bar/{name} name=baz"],
  ["/foo/bob/lob/law", NONE],
  ["/foo/bar/baz/buzz", "/foo/bar/baz/buzz"],
  ["/foo/bar/baz/baz/buzz", "/foo/bar/{name}/baz/{child} name=baz child=buzz"],
  [
    "/foo/bar/1/baz/2/buzz/3",
    "/foo/bar/{name}/baz/{child.id}/buzz/{child.thing.id} name=1 child.id=2 child.thing.id=3",
  ],
  ["/foo/bar/baz/123", NONE, many("/foo/bar/*/{thing.id}/{cat=**} thing.id=123 cat=")],
  ["/foo/bar/baz/123/buzz", "/foo/bar/*/{thing.id}/{cat=**} thing.id=123 cat=buzz"],
  ["/foo/bar/baz/123/buzz/buzz", "/foo/bar/*/{thing.id}/{cat=**} thing.id=123 cat=buzz/buzz"],
  ["/foo/bar/baz/123/buzz/buzz:do", "/foo/bar/*/{thing.id}/{cat=**}:do thing.id=123 cat=buzz/buzz"],
  [
    "/foo/bar/baz/123/fizz/buzz/frob/nitz:do",
    "/foo/bar/*/{thing.id}/{cat=**}:do thing.id=123 cat=fizz/buzz/frob/nitz",
  ],
  [
    "/foo/bar/baz/123/buzz/buzz:cancel",
    "/foo/bar/*/{thing.id}/{cat=**}:cancel thing.id=123 cat=buzz/buzz",
  ],
  ["foo/bar/baz/123/buzz/buzz:blah", NONE],
  ["/foo/bob/bar/baz/123/details", "/foo/bob/{book_id={author}/{isbn}/*}/details", nested],
  ["/foo/bob/bar/baz/123/details:do", NONE],
  [
    "/foo/blah/A/B/C/foo/D/E/F/G/foo/H/I/J/K/L/M:details",
    "/foo/blah/{longest_var={long_var.a=…}/{long_var.b=…}}:details",
    nested,
  ],
  ["/trailing:slash", NONE, many("/trailing/**:slash")],
  ["/trailing/:slash", "/trailing/**:slash"],
  ["/verb:", NONE],
  ["/verb", "/verb"],
  [
    "/foo/bar/baz/%2f/%2A/%2f",
    "/foo/bar/*/{thing.id}/{cat=**} thing.id=/ cat=*/%2F",
    several("/foo/bar/*/{thing.id}/{cat=**} thing.id=/ cat=%2A/%2f"),
  ],
  ["/percent_encoding/A%2Fb/suffix", "/percent_encoding/{outer={inner}/suffix}", nested],
  ["/foo/bar/baz/123/a%2Fb", "/foo/bar/*/{thing.id}/{cat=**} thing.id=123 cat=a%2Fb"],
];

/** The reference asks for each path with the methods its routes have, and with two they have not. */
function forMethods(cases: readonly ReferenceCase[]): ReferenceCase[] {
  return cases.flatMap(([path, outcome, difference]): ReferenceCase[] => [
    ...["GET", "POST"].map(
      (method): ReferenceCase =>
        difference === undefined
          ? [`${method} ${path}`, outcome]
          : [`${method} ${path}`, outcome, difference],
    ),
    [`PUT ${path}`, NONE],
    [`DELETE ${path}`, NONE],
  ]);
}

/** `library.proto` and `content.proto` of the reference, in internal/proto/vanguard/test/v1. */
const library = [
  "GET /v1/{name=shelves/*/books/*}",
  "POST /v1/{parent=shelves/*}/books",
  "GET /v1/{parent=shelves/*}/books",
  "POST /v1/shelves",
  "GET /v1/shelves",
  "PATCH /v1/{book.name=shelves/*/books/*}",
  "DELETE /v1/{name=shelves/*/books/*}",
  "GET /v2/{parent=shelves/*}/books:search",
  "POST /v2/{new_parent=shelves/*}/books:move",
  "POST /v2/checkouts",
  "PUT /v2/checkouts/{id}",
  "GET /v2/checkouts/{id}",
  "GET /v2/{name=shelves/*/books/*}:checkouts",
  "GET /{page=**}",
  "POST /{filename=**}:upload",
  "GET /{filename=**}:download",
];

/** A request, and the template that takes it with what its variables capture. */
export const vanguardPaths: readonly RoutedGroup[] = [
  {
    source: vanguard("router_test.go", "TestRouteTrie_FindTarget"),
    // Three more routes have variables inside of variables, which stop the start here.
    routes: treePaths.flatMap((path) => [`GET ${path}`, `POST ${path}`]),
    cases: forMethods(treeCases),
  },
  {
    source: vanguard("path_parser_test.go", "TestPath_Escaping, one segment"),
    routes: ["GET /{v}"],
    cases: [
      ["GET /foo", "/{v} v=foo"],
      ["GET /foo%2Fbar", "/{v} v=foo/bar"],
      ["GET /foo%252Fbar", "/{v} v=foo%2Fbar"],
    ],
  },
  {
    source: vanguard("path_parser_test.go", "TestPath_Escaping, several segments"),
    routes: ["GET /{v=**}"],
    cases: [
      ["GET /foo%2Fbar", "/{v=**} v=foo%2Fbar"],
      ["GET /foo%2fbar", "/{v=**} v=foo%2Fbar", several("/{v=**} v=foo%2fbar")],
    ],
  },
  {
    source: vanguard("vanguard_restxrpc_test.go", "TestMux_RESTxRPC"),
    routes: library,
    cases: [
      ["GET /v1/shelves", "/v1/shelves"],
      ["GET /v1/shelves/1/books/1", "/v1/{name=shelves/*/books/*} name=shelves/1/books/1"],
      ["PUT /v1/shelves/1/books/1", "405"],
      ["POST /v1/shelves/1/books", "/v1/{parent=shelves/*}/books parent=shelves/1"],
      [
        "POST /v2/shelves/1/books:move",
        "/v2/{new_parent=shelves/*}/books:move new_parent=shelves/1",
      ],
      [
        "GET /v2/shelves/1/books/abc:checkouts",
        "/v2/{name=shelves/*/books/*}:checkouts name=shelves/1/books/abc",
      ],
      ["GET /v2/checkouts/nan", "/v2/checkouts/{id} id=nan"],
      ["GET /page.html", "/{page=**} page=page.html"],
      ["POST /message.txt:upload", "/{filename=**}:upload filename=message.txt"],
      ["GET /message.txt:download", "/{filename=**}:download filename=message.txt"],
    ],
  },
  {
    source: vanguard("transcoder_test.go", "TestTranscoder_Errors"),
    routes: library,
    cases: [
      ["PUT /foo/bar/baz:buzz", "404", choice("verbs")("405")],
      [
        "GET /v1/shelves/reference-123/books/isbn-0000111230012",
        "/v1/{name=shelves/*/books/*} name=shelves/reference-123/books/isbn-0000111230012",
      ],
    ],
  },
  {
    source: vanguard("vanguard_test.go", "TestRuleSelector"),
    routes: ["GET /v1/selector/{name=shelves/*/books/*}"],
    cases: [
      [
        "GET /v1/selector/shelves/123/books/456",
        "/v1/selector/{name=shelves/*/books/*} name=shelves/123/books/456",
      ],
    ],
  },
];
