import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { http } from "../../../gen/google/api/annotations_pb.js";
import type { HttpRule } from "../../../gen/google/api/http_pb.js";

/** One `google.api.http` binding of a method, as declared. */
export interface HttpBinding {
  readonly httpMethod: string;
  readonly template: string;
  readonly body: string;
  readonly responseBody: string;
}

/**
 * The bindings of a method: none without the annotation, else its rule and the
 * `additional_bindings` of it. Throws an Error for rules that http.proto forbids.
 */
export function httpBindings(method: DescMethod): HttpBinding[] {
  if (!hasOption(method, http)) return [];
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].map((binding) => {
    if (binding !== rule && binding.additionalBindings.length > 0) {
      throw new Error("additional_bindings inside of additional_bindings");
    }
    return toBinding(binding);
  });
}

function toBinding({ pattern, body, responseBody }: HttpRule): HttpBinding {
  switch (pattern.case) {
    case undefined:
      throw new Error("a google.api.http rule without a path");
    case "custom": {
      const { kind, path } = pattern.value;
      if (!/^(?:\*|[!#$%&'+.^_`|~0-9A-Za-z-]+)$/.test(kind)) {
        throw new Error(`custom kind "${kind}" is no HTTP method`);
      }
      return { httpMethod: kind, template: path, body, responseBody };
    }
    default:
      return {
        httpMethod: pattern.case.toUpperCase(),
        template: pattern.value,
        body,
        responseBody,
      };
  }
}
