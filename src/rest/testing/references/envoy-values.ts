import { choice, envoy, REFUSED, type ReferenceCase } from "./reference-case.ts";
import type { ValuedGroup } from "./valued-case.ts";

const matcher = "test/path_matcher_test.cc";
const types = "test/type_helper_test.cc";
const plus = choice("`+` in a query");
const unknown = choice("unknown parameter")(REFUSED);

function parameters(test: string, cases: readonly ReferenceCase[]): ValuedGroup {
  return { source: envoy(matcher, test), message: "Parameters", cases };
}

/** A query, and the message it makes, as standard JSON without what is unset. */
export const envoyValues: readonly ValuedGroup[] = [
  parameters("VariableBindingsWithQueryParams", [
    ["x=hello", '{"x":"hello"}'],
    ["y=shelf&z=author", '{"y":"shelf","z":"author"}'],
    ["z=server&t=proxy", '{"z":"server","t":"proxy"}'],
  ]),
  parameters("VariableBindingsWithQueryParamsEncoding", [
    ["x=Hello%20world", '{"x":"Hello world"}'],
    ["x=%24%25%2F%20%0A", '{"x":"$%/ \\n"}'],
  ]),
  parameters("QueryParameterNotUnescapePlus", [
    [
      "x=Hello+world&y=%2B+%20",
      '{"x":"Hello+world","y":"++ "}',
      plus('{"x":"Hello world","y":"+  "}'),
    ],
  ]),
  parameters("QueryParameterUnescapePlus", [
    ["x=Hello+world&y=%2B+%20", '{"x":"Hello world","y":"+  "}'],
  ]),
  parameters("VariableBindingsWithQueryParamsAndSystemParams", [
    ["y=world&api_key=secret", '{"y":"world"}', unknown],
    ["key=secret&y=world", '{"y":"world"}', unknown],
  ]),
  {
    source: envoy("test/request_weaver_test.cc", "CollisionReportedInvalidBinding"),
    message: "ParameterValues",
    cases: [
      ["bool_value=true1", REFUSED],
      ["int32_value=abc", REFUSED],
      ["uint32_value=abc", REFUSED],
      ["int64_value=abc", REFUSED],
      ["uint64_value=abc", REFUSED],
      ["float_value=abc", REFUSED],
      ["double_value=abc", REFUSED],
    ],
  },
  {
    source: envoy("test/request_weaver_test.cc", "CollisionNotReported"),
    message: "ParameterValues",
    cases: [
      ["bool_value=true", '{"boolValue":true}'],
      ["int32_value=-2", '{"int32Value":-2}'],
      ["uint32_value=2", '{"uint32Value":2}'],
      ["int64_value=-2", '{"int64Value":"-2"}'],
      ["uint64_value=2", '{"uint64Value":"2"}'],
      ["string_value=a", '{"stringValue":"a"}'],
      ["float_value=1.01", '{"floatValue":1.01}'],
      ["double_value=1.01", '{"doubleValue":1.01}'],
      ["bytes_value=Yg%3D%3D", '{"bytesValue":"Yg=="}'],
      ["recursive.bool_value=true", '{"recursive":{"boolValue":true}}'],
    ],
  },
  {
    source: envoy(types, "FindFieldCamelCaseTests"),
    message: "AuthorInfo",
    cases: [
      ["firstName=a", '{"firstName":"a"}'],
      ["first_name=a", '{"firstName":"a"}'],
      ["lastName=a", '{"lastName":"a"}'],
      ["last_name=a", '{"lastName":"a"}'],
    ],
  },
  {
    source: envoy(types, "ResolveFieldPathTests"),
    message: "CreateBookRequest",
    cases: [
      ["book.authorInfo.firstName=a", '{"book":{"authorInfo":{"firstName":"a"}}}'],
      ["book.author_info.firstName=a", '{"book":{"authorInfo":{"firstName":"a"}}}'],
      ["book.authorInfo.bio.yearBorn=1", '{"book":{"authorInfo":{"bio":{"yearBorn":"1"}}}}'],
    ],
  },
  {
    source: envoy(types, "ResolveFieldEncodedPathTests"),
    message: "SearchShelf",
    cases: [
      ["search[encoded]=a", REFUSED],
      ["search%5Bencoded%5D=a", '{"search%5Bencoded%5D":"a"}', choice("names")(REFUSED)],
      ["search%5Bdecoded%5D=a", '{"search[decoded]":"a"}'],
      ["search[decoded]=a", '{"search[decoded]":"a"}'],
    ],
  },
];
