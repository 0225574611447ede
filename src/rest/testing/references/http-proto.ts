import { type CaseGroup, httpProto, REFUSED } from "./reference-case.ts";
import type { RoutedGroup } from "./routed-case.ts";
import type { ValuedGroup } from "./valued-case.ts";

const comments = "google/api/http.proto";

/** A template, and its segments with `variable@first-end`. */
export const httpProtoTemplates: readonly CaseGroup[] = [
  {
    source: httpProto(comments, "Path template syntax"),
    cases: [
      ["/v1/{name=messages/*}", "/v1/messages/* name@1-3"],
      ["/v1/messages/{message_id}", "/v1/messages/* message_id@2-3"],
      [
        "/v1/users/{user_id}/messages/{message_id}",
        "/v1/users/*/messages/* user_id@2-3 message_id@4-5",
      ],
      [
        "/v1/messages/{message_id}/{sub.subfield}",
        "/v1/messages/*/* message_id@2-3 sub.subfield@3-4",
      ],
      ["/{var}", "/* var@0-1"],
      ["/{var=*}", "/* var@0-1"],
      ["/{var=foo/*}", "/foo/* var@0-2"],
      ["/{var=**}", "/** var@0-1"],
      ["/{var={other}}", REFUSED],
    ],
  },
];

/** A request, and the template that takes it with what its variables capture. */
export const httpProtoPaths: readonly RoutedGroup[] = [
  {
    source: httpProto(comments, "the first example"),
    routes: ["GET /v1/{name=messages/*}"],
    cases: [["GET /v1/messages/123456", "/v1/{name=messages/*} name=messages/123456"]],
  },
  {
    source: httpProto(comments, "the other examples"),
    routes: [
      "GET /v1/messages/{message_id}",
      "PATCH /v1/messages/{message_id}",
      "GET /v1/users/{user_id}/messages/{message_id}",
    ],
    cases: [
      [
        "GET /v1/messages/123456?revision=2&sub.subfield=foo",
        "/v1/messages/{message_id} message_id=123456",
      ],
      ["PATCH /v1/messages/123456", "/v1/messages/{message_id} message_id=123456"],
      [
        "GET /v1/users/me/messages/123456",
        "/v1/users/{user_id}/messages/{message_id} user_id=me message_id=123456",
      ],
    ],
  },
  {
    source: httpProto(comments, "Path template syntax"),
    routes: ["GET /a/**", "GET /one/{var}", "GET /many/{var=**}"],
    cases: [
      ["GET /a", "/a/**"],
      ["GET /a/b/c", "/a/**"],
      ["GET /one/a%2Fb%20c", "/one/{var} var=a/b c"],
      ["GET /many/a%2Fb/c%2fd%20e", "/many/{var=**} var=a%2Fb/c%2fd e"],
    ],
  },
];

/** A query, and the message it makes, as standard JSON without what is unset. */
export const httpProtoValues: readonly ValuedGroup[] = [
  {
    source: httpProto(comments, "the examples"),
    message: "GetMessageRequest",
    cases: [
      ["revision=2&sub.subfield=foo", '{"revision":"2","sub":{"subfield":"foo"}}'],
      ["param=A&param=B", '{"param":["A","B"]}'],
      ["foo.a=A&foo.b=B&foo.c=C", '{"foo":{"a":"A","b":"B","c":"C"}}'],
      ["sub=foo", REFUSED],
    ],
  },
];
