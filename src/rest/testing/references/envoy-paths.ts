import { choice, envoy, REFUSED, type ReferenceCase } from "./reference-case.ts";
import { NONE, type RoutedGroup } from "./routed-case.ts";

const several = choice("variable of several segments");

/** Templates that are all for GET, and paths asked for with GET. */
function lookups(
  test: string,
  templates: readonly string[],
  cases: readonly ReferenceCase[],
): RoutedGroup {
  return {
    source: envoy("test/path_matcher_test.cc", test),
    routes: templates.map((template) => `GET ${template}`),
    cases: cases.map(([path, ...outcome]): ReferenceCase => [`GET ${path}`, ...outcome]),
  };
}

const wildcards: readonly RoutedGroup[] = [
  lookups(
    "WildCardMatchesRoot",
    ["/**"],
    [
      ["/", "/**"],
      ["/a", "/**"],
      ["/a/", "/**"],
    ],
  ),
  lookups(
    "WildCardMatches",
    ["/a/**", "/b/*", "/c/*/d/**", "/c/*/d/e", "/c/f/d/e", "/"],
    [
      ["/a/b", "/a/**"],
      ["/a/b/c", "/a/**"],
      ["/b/c", "/b/*"],
      ["b/c/d", NONE],
      ["/c/u/d/v", "/c/*/d/**"],
      ["/c/v/d/w/x", "/c/*/d/**"],
      ["/c/x/y/d/z", NONE],
      ["/c//v/d/w/x", NONE],
      ["/c/x/d/e", "/c/*/d/e"],
      ["/c/f/d/e", "/c/f/d/e"],
      ["/", "/"],
    ],
  ),
  lookups(
    "WildCardMatchesManyWithoutStackOverflow",
    ["/a/**/x"],
    [
      [`/a/${"/".repeat(64_000)}/x`, "/a/**/x"],
      [`/a/${"/".repeat(64_000)}/y`, NONE],
    ],
  ),
];

const bindings: readonly RoutedGroup[] = [
  lookups(
    "VariableBindings",
    [
      "/a/{x}/c/d/e",
      "/{x=a/*}/b/{y=*}/c",
      "/a/{x=b/*}/{y=d/**}",
      "/alpha/{x=*}/beta/{y=**}/gamma",
      "/{x=*}/a",
      "/{x=**}/a/b",
      "/a/b/{x=*}",
      "/a/b/c/{x=**}",
      "/{x=*}/d/e/f/{y=**}",
    ],
    [
      ["/a/book/c/d/e", "/a/{x}/c/d/e x=book"],
      ["/a/hello/b/world/c", "/{x=a/*}/b/{y=*}/c x=a/hello y=world"],
      ["/a/b/zoo/d/animal/tiger", "/a/{x=b/*}/{y=d/**} x=b/zoo y=d/animal/tiger"],
      ["/alpha/dog/beta/eat/bones/gamma", "/alpha/{x=*}/beta/{y=**}/gamma x=dog y=eat/bones"],
      ["/foo/a", "/{x=*}/a x=foo"],
      ["/foo/bar/a/b", "/{x=**}/a/b x=foo/bar"],
      ["/a/b/foo", "/a/b/{x=*} x=foo"],
      ["/a/b/c/foo/bar/baz", "/a/b/c/{x=**} x=foo/bar/baz"],
      ["/foo/d/e/f/bar/baz", "/{x=*}/d/e/f/{y=**} x=foo y=bar/baz"],
    ],
  ),
  lookups(
    "VariableBindingsWithCustomVerb",
    [
      "/a/{y=*}:verb",
      "/a/{y=d/**}:verb",
      "/{x=*}/a:verb",
      "/{x=**}/b:verb",
      "/e/{x=*}/f:verb",
      "/g/{x=**}/h:verb",
    ],
    [
      ["/a/world:verb", "/a/{y=*}:verb y=world"],
      ["/a/d/animal/tiger:verb", "/a/{y=d/**}:verb y=d/animal/tiger"],
      ["/foo/a:verb", "/{x=*}/a:verb x=foo"],
      ["/foo/bar/baz/b:verb", "/{x=**}/b:verb x=foo/bar/baz"],
      ["/e/foo/f:verb", "/e/{x=*}/f:verb x=foo"],
      ["/g/foo/bar/h:verb", "/g/{x=**}/h:verb x=foo/bar"],
    ],
  ),
  lookups(
    "ConstantSuffixesWithVariable",
    [
      "/a/{x=b/**}",
      "/a/{x=b/**}/z",
      "/a/{x=b/**}/y/z",
      "/a/{x=b/**}:verb",
      "/a/{x=**}",
      "/c/{x=*}/{y=d/**}/e",
      "/c/{x=*}/{y=d/**}/e:verb",
      "/f/{x=*}/{y=**}/g",
      "/f/{x=*}/{y=**}/g:verb",
      "/a/{x=b/*/y/z/**}/foo",
      "/a/{x=b/*/**/y/z}/foo",
    ],
    [
      ["/a/b/hello/world/c", "/a/{x=b/**} x=b/hello/world/c"],
      ["/a/b/world/c/z", "/a/{x=b/**}/z x=b/world/c"],
      ["/a/b/world/c/y/z", "/a/{x=b/**}/y/z x=b/world/c"],
      ["/a/b/world/c:verb", "/a/{x=b/**}:verb x=b/world/c"],
      ["/a/hello/b/world/c", "/a/{x=**} x=hello/b/world/c"],
      ["/c/hello/d/esp/world/e", "/c/{x=*}/{y=d/**}/e x=hello y=d/esp/world"],
      ["/c/hola/d/esp/mundo/e:verb", "/c/{x=*}/{y=d/**}/e:verb x=hola y=d/esp/mundo"],
      ["/f/foo/bar/baz/g", "/f/{x=*}/{y=**}/g x=foo y=bar/baz"],
      ["/f/foo/bar/baz/g:verb", "/f/{x=*}/{y=**}/g:verb x=foo y=bar/baz"],
      ["/a/b/foo/y/z/bar/baz/foo", "/a/{x=b/*/y/z/**}/foo x=b/foo/y/z/bar/baz"],
      ["/a/b/foo/bar/baz/y/z/foo", "/a/{x=b/*/**/y/z}/foo x=b/foo/bar/baz/y/z"],
    ],
  ),
];

const reserved = "%21%23%24%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D";

/** One path in the three modes of the reference, of which the first is what is done here. */
function reservedCharacters(mode: string, captured: string): RoutedGroup {
  const outcome = (y: string) => `/a/{x=*}/{y=**}/c x=!#$&'()*+,/:;=?@[] y=${y}`;
  const path = `/a/${reserved}/${reserved}/c`;
  return lookups(
    `OnlyUnreservedCharsAreUnescapedForMultiSegmentMatchUnescape${mode}`,
    ["/a/{x=*}/{y=**}/c"],
    captured === reserved
      ? [[path, outcome(captured)]]
      : [[path, outcome(captured), several(outcome(reserved))]],
  );
}

/** Every ASCII character but the last as a triplet, once with small digits and once with large. */
const asciiCases = [0, 1].flatMap((upper) =>
  Array.from({ length: 0x7f }, (_, code): ReferenceCase => {
    const digits = code.toString(16).padStart(2, "0");
    return [
      `/%${upper === 0 ? digits : digits.toUpperCase()}`,
      `/{x} x=${String.fromCharCode(code)}`,
    ];
  }),
);

const escapes: readonly RoutedGroup[] = [
  lookups(
    "PercentEscapesUnescapedForSingleSegment",
    ["/a/{x}/c"],
    [["/a/p%20q%2Fr+/c", "/a/{x}/c x=p q/r+"]],
  ),
  lookups("PercentEscapesUnescapedForSingleSegmentAllAsciiChars", ["/{x}"], asciiCases),
  lookups(
    "PercentEscapesNotUnescapedForMultiSegment1",
    ["/a/{x=p/*/q/*}/c"],
    [["/a/p/foo%20foo/q/bar%2Fbar/c", "/a/{x=p/*/q/*}/c x=p/foo foo/q/bar%2Fbar"]],
  ),
  lookups(
    "PercentEscapesNotUnescapedForMultiSegment2",
    ["/a/{x=**}/c"],
    [["/a/p/foo%20foo/q/bar%2Fbar+/c", "/a/{x=**}/c x=p/foo foo/q/bar%2Fbar+"]],
  ),
  reservedCharacters("AllExceptReservedImplicit", reserved),
  reservedCharacters("AllExceptReservedExplicit", reserved),
  reservedCharacters("AllExceptSlash", "!#$&'()*+,%2F:;=?@[]"),
  reservedCharacters("All", "!#$&'()*+,/:;=?@[]"),
];

const lookup: readonly RoutedGroup[] = [
  lookups(
    "RejectPartialMatches",
    ["/prefix/middle/suffix", "/prefix/middle", "/prefix"],
    [
      ["/prefix/middle/suffix", "/prefix/middle/suffix"],
      ["/prefix/middle", "/prefix/middle"],
      ["/prefix", "/prefix"],
      ["/prefix/middle/suffix/other", NONE],
      ["/prefix/middle/other", NONE],
      ["/prefix/other", NONE],
      ["/other", NONE],
    ],
  ),
  lookups("LookupReturnsNullIfMatcherEmpty", [], [["a/b/blue/foo", NONE]]),
  lookups(
    "LookupSimplePaths",
    [
      "/prefix/middle/suffix",
      "/prefix/middle/othersuffix",
      "/prefix/othermiddle/suffix",
      "/otherprefix/middle/suffix",
      "/otherprefix/suffix",
    ],
    [
      ["/prefix/not/a/path", NONE],
      ["/prefix/middle", NONE],
      ["/prefix/not/othermiddle", NONE],
      ["/otherprefix/suffix/othermiddle", NONE],
      ["/prefix/middle/suffix", "/prefix/middle/suffix"],
      ["/prefix/middle/othersuffix", "/prefix/middle/othersuffix"],
      ["/prefix/othermiddle/suffix", "/prefix/othermiddle/suffix"],
      ["/otherprefix/middle/suffix", "/otherprefix/middle/suffix"],
      ["/otherprefix/suffix", "/otherprefix/suffix"],
      ["/otherprefix/suffix?foo=bar", "/otherprefix/suffix"],
    ],
  ),
  lookups("LookupReturnsNullForOverspecifiedPath", ["/a/b/c", "/a/b"], [["/a/b/c/d", NONE]]),
  lookups("ReturnNullvoidSharedPtrForUnderspecifiedPath", ["/a/b/c/d"], [["/a/b/c", NONE]]),
  {
    source: envoy("test/path_matcher_test.cc", "DifferentHttpMethod"),
    routes: ["GET /a/b"],
    cases: [
      ["GET /a/b", "/a/b"],
      ["POST /a/b", NONE],
    ],
  },
];

const duplicate = choice("two rules for the same paths")(REFUSED);

const duplicates: readonly RoutedGroup[] = [
  lookups("ReplacevoidForPath", ["/foo/bar", "/foo/bar"], [["/foo/bar", NONE, duplicate]]),
  lookups("LookupSilentlyFailsOnDuplicate", ["/a/b", "/a/b"], [["/a/b", NONE, duplicate]]),
  lookups("RegisterFailsOnDuplicateIfOptIn", ["/a/b", "/a/b"], [["/a/b", REFUSED]]),
];

/** A request, and the template that takes it with what its variables capture. */
export const envoyPaths: readonly RoutedGroup[] = [
  ...wildcards,
  ...bindings,
  ...escapes,
  ...lookup,
  ...duplicates,
];
