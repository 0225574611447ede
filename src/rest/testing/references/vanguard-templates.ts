import { type CaseGroup, choice, REFUSED, vanguard } from "./reference-case.ts";

const file = "path_parser_test.go";
const nested = choice("a variable in a variable")(REFUSED);
const many = choice("`**`");
const literal = choice("literals in a template");

/** A template, and its segments with `variable@first-end`. */
export const vanguardTemplates: readonly CaseGroup[] = [
  {
    source: vanguard(file, "TestPath_ParsePathTemplate"),
    cases: [
      [
        "/my%2fcool-blog~about%2Cstuff%5Bwat%5D/{var={abc=%2F%2A}/{def=%2F%2A/**}}:baz",
        "/my%2Fcool-blog~about%2Cstuff%5Bwat%5D/%2F%2A/%2F%2A/**:baz var@1-4 abc@1-2 def@2-4",
        nested,
      ],
      ["/{1}", REFUSED],
      ["/{field.1}", REFUSED],
      ["/{_}", "/* _@0-1"],
      ["/{-}", REFUSED],
      ["/{field-}", REFUSED],
      ["/foo/bar/baz?abc=def", REFUSED],
      ["/foo/bar/baz buzz", REFUSED],
      ["foo/bar/baz", REFUSED],
      ["/foo/bar/", REFUSED],
      ["/foo/bar:baz/buzz", REFUSED, literal("/foo/bar%3Abaz/buzz")],
      ["/foo/{bar/baz}/buzz", REFUSED],
      ["/foo/bar:baz%12xyz%abcde", "/foo/bar:baz%12xyz%ABcde", literal(REFUSED)],
      ["/{hello}/world", "/*/world hello@0-1"],
      ["/foo/bar%55:baz%1", REFUSED],
      ["/foo/bar*", REFUSED],
      ["/foo/bar/***", REFUSED],
      ["/foo/**/bar", REFUSED, many("/foo/**/bar")],
      ["/{a}/{a}", REFUSED],
      ["/f/bar", "/f/bar"],
      ["/v1/{name=shelves/*/books/*}", "/v1/shelves/*/books/* name@1-5"],
      ["/v1/{parent=shelves/*}/books", "/v1/shelves/*/books parent@1-3"],
      ["/v1/{book.name=shelves/*/books/*}", "/v1/shelves/*/books/* book.name@1-5"],
      ["/v1:watch", "/v1:watch"],
      ["/v3/events:clear", "/v3/events:clear"],
      ["/v3/{name=events/*}:cancel", "/v3/events/*:cancel name@1-3"],
      ["/foo/bar/baz/buzz", "/foo/bar/baz/buzz"],
      ["/foo/bar/{name}", "/foo/bar/* name@2-3"],
      ["/foo/bar/{name}/baz/{child}", "/foo/bar/*/baz/* name@2-3 child@4-5"],
      [
        "/foo/bar/{name}/baz/{child.id}/buzz/{child.thing.id}",
        "/foo/bar/*/baz/*/buzz/* name@2-3 child.id@4-5 child.thing.id@6-7",
      ],
      ["/foo/bar/*/{thing.id}/{cat=**}", "/foo/bar/*/*/** thing.id@3-4 cat@4-5"],
      ["/foo/bar/*/{thing.id}/{cat=**}:do", "/foo/bar/*/*/**:do thing.id@3-4 cat@4-5"],
      ["/foo/bar/*/{thing.id}/{cat=**}:cancel", "/foo/bar/*/*/**:cancel thing.id@3-4 cat@4-5"],
      [
        "/foo/bob/{book_id={author}/{isbn}/*}/details",
        "/foo/bob/*/*/*/details book_id@2-5 author@2-3 isbn@3-4",
        nested,
      ],
      [
        "/foo/blah/{longest_var={long_var.a={medium.a={short.aa}/*/{short.ab}/foo}/*}/" +
          "{long_var.b={medium.b={short.ba}/*/{short.bb}/foo}/{last=**}}}:details",
        "/foo/blah/*/*/*/foo/*/*/*/*/foo/**:details longest_var@2-12 long_var.a@2-7 " +
          "medium.a@2-6 short.aa@2-3 short.ab@4-5 long_var.b@7-12 medium.b@7-11 " +
          "short.ba@7-8 short.bb@9-10 last@11-12",
        nested,
      ],
      [
        "/foo%2Fbar/%2A/%2A%2a/{starstar=%2A%2a/**}:%2c",
        "/foo%2Fbar/%2A/%2A%2A/%2A%2A/**:%2C starstar@3-5",
      ],
    ],
  },
  {
    source: vanguard(file, "TestPath_SafeLiterals"),
    cases: [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"]
      .map((character): [string, string] => [`/${character}`, `/${character}`])
      .concat([["/%25", "/%25"]]),
  },
];
