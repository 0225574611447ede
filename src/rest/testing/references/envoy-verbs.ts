import { choice, envoy, type ReferenceCase } from "./reference-case.ts";
import { NONE, type RoutedGroup } from "./routed-case.ts";

const unknown = choice("verbs");

function verbs(
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

/** A request, and the template that takes it: paths with a colon in their last segment. */
export const envoyVerbs: readonly RoutedGroup[] = [
  verbs(
    "CustomVerbIssue",
    ["/person", "/person/{id=*}", "/{x=**}:verb"],
    [
      ["/person:verb", "/{x=**}:verb x=person"],
      ["/person/jason:verb", "/{x=**}:verb x=person/jason"],
      ["/animal:verb", "/{x=**}:verb x=animal"],
      ["/animal/cat:verb", "/{x=**}:verb x=animal/cat"],
      ["/person", "/person"],
      ["/person/jason", "/person/{id=*} id=jason"],
      ["/animal", NONE],
      ["/animal/cat", NONE],
      ["/person:other", NONE],
      ["/person/jason:other", "/person/{id=*} id=jason:other"],
      ["/animal:other", NONE],
      ["/animal/cat:other", NONE],
    ],
  ),
  verbs(
    "MatchUnregisteredCustomVerb", // an option of the reference, off by default
    ["/person/{id=*}", "/person/**", "/person/{id=*}/name", "/{x=**}:verb"],
    [
      ["/person:verb", "/{x=**}:verb x=person"],
      ["/person/jason:verb", "/{x=**}:verb x=person/jason"],
      ["/person/jason/name", "/person/{id=*}/name id=jason"],
      ["/person/jason:verb/name", "/person/{id=*}/name id=jason:verb"],
      ["/animal:verb", "/{x=**}:verb x=animal"],
      ["/animal/cat:verb", "/{x=**}:verb x=animal/cat"],
      ["/person:other", NONE],
      ["/person/jason:other", NONE, unknown("/person/{id=*} id=jason:other")],
      ["/animal:other", NONE],
      ["/animal/cat:other", NONE],
    ],
  ),
  verbs(
    "CustomVerbMatches",
    [
      "/some/const:verb",
      "/some/*:verb",
      "/some/*/foo:verb",
      "/other/**:verb",
      "/other/**/const:verb",
    ],
    [
      ["/some/const:verb", "/some/const:verb"],
      ["/some/other:verb", "/some/*:verb"],
      ["/some/other:verb/", NONE],
      ["/some/bar/foo:verb", "/some/*/foo:verb"],
      ["/some/foo1/foo2/foo:verb", NONE],
      ["/some/foo/bar:verb", NONE],
      ["/other/bar/foo:verb", "/other/**:verb"],
      ["/other/bar/foo/const:verb", "/other/**/const:verb"],
    ],
  ),
  verbs(
    "CustomVerbMatch2",
    ["/{a=*}/{b=*}:verb"],
    [["/some:verb/const:verb", "/{a=*}/{b=*}:verb a=some:verb b=const"]],
  ),
  verbs("CustomVerbMatch3", ["/foo/{a=*}"], [["/foo/other:verb", "/foo/{a=*} a=other:verb"]]),
  verbs("CustomVerbMatch4", ["/foo/*/hello"], [["/foo/other:verb/hello", "/foo/*/hello"]]),
  verbs(
    "CustomVerbMatch5",
    ["/{a=**}:verb", "/{a=**}"],
    [
      ["/some:verb/const:verb", "/{a=**}:verb a=some:verb/const"],
      ["/some:verb/const", "/{a=**} a=some:verb/const"],
      ["/some:verb2/const:verb2", "/{a=**} a=some:verb2/const:verb2"],
    ],
  ),
];
