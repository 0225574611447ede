import { type CaseGroup, choice, envoy, grpcGateway, REFUSED, vanguard } from "./reference-case.ts";

const services = "internal/descriptor/services_test.go";
const utility = "test/path_matcher_utility_test.cc";
const body = choice("a body in a rule for GET or DELETE")("accepted");

/** A rule that is served. */
export const ACCEPTED = "accepted";

/**
 * A rule (`POST /path body=field`, further bindings after a `+`) for a method whose
 * request is `test.Rule` of the test, and whether it is served.
 */
export const vanguardRules: readonly CaseGroup[] = [
  {
    source: vanguard("protocol_http_test.go", "TestHTTPEncodePathValues"),
    cases: [
      ["GET /v1/{string_value=books/*}:get", ACCEPTED],
      ["GET /v1/{string_value=books/**}:get", ACCEPTED],
      ["POST /v1/{string_value=books/*}:create body=recursive", ACCEPTED],
      ["POST /v2/{string_value=books/*}/{double_list}:create body=recursive", REFUSED],
      ["GET /v2/{double_list=**}", REFUSED],
      ["GET /v2/mapfields", ACCEPTED],
      ["GET /v2/repeatedmsgs", ACCEPTED],
      ["GET /v1/{string_value=*}:get", ACCEPTED],
      ["GET /v2/*", ACCEPTED],
      ["GET /v2/**", ACCEPTED],
      ["POST /v1/{string_value=books/*}:get body=unknownQueryParam", REFUSED],
    ],
  },
];

export const grpcGatewayRules: readonly CaseGroup[] = [
  {
    source: grpcGateway(services, "TestExtractServices…"),
    cases: [
      ["POST /v1/example/echo body=*", ACCEPTED],
      ["POST /v1/example/to_s body=*", ACCEPTED],
      ["POST /v1/example/echo body=nested", ACCEPTED],
      ["GET /v1/example/echo/{string=*}", ACCEPTED],
      [
        "POST /v1/example/echo body=* + GET /v1/example/echo/{string} + " +
          "POST /v2/example/echo body=string",
        ACCEPTED,
      ],
    ],
  },
  {
    source: grpcGateway(services, "TestExtractServicesWithError"),
    cases: [
      ["POST /v1/example/echo body=bool", REFUSED],
      ["POST /v1/example/echo/{bool=*}", REFUSED],
      ["POST /v1/example/echo/{string.bool=*}", REFUSED],
      ["GET /v1/example/echo body=string", REFUSED, body],
      ["DELETE /v1/example/resource body=string", REFUSED, body],
      [" body=string", REFUSED],
      ["GET /v1/example/echo/{nested=*}", REFUSED],
    ],
  },
  {
    source: grpcGateway(services, "TestExtractServicesWithDeleteBody"),
    cases: [
      ["DELETE /v1/example/resource body=string", ACCEPTED], // allowed by an option
      ["DELETE /v1/example/resource body=string", REFUSED, body],
    ],
  },
  {
    source: grpcGateway(services, "TestCauseErrorWithPathParam"),
    cases: [["GET /v1/example/echo/{recursive=*}", REFUSED]],
  },
  {
    source: grpcGateway(services, "TestOptionalProto3URLPathMappingSuccess"),
    cases: [["GET /v1/example/echo/{field1=*}", ACCEPTED]],
  },
];

export const envoyRules: readonly CaseGroup[] = [
  {
    source: envoy(utility, "RegisterGet to RegisterCustom, RegisterRootPath"),
    cases: [
      ["GET /path body=body", ACCEPTED],
      ["PUT /path body=body", ACCEPTED],
      ["POST /path body=body", ACCEPTED],
      ["DELETE /path body=body", ACCEPTED],
      ["PATCH /path body=body", ACCEPTED],
      ["OPTIONS /custom_path body=body", ACCEPTED],
      ["GET / body=body", ACCEPTED],
    ],
  },
  {
    source: envoy(utility, "RegisterAdditionalBindings"),
    cases: [
      [
        "GET /path body=body + OPTIONS /custom_path body=body1 + HEAD /path + PUT /put_path",
        ACCEPTED,
      ],
    ],
  },
];
