import type { DescField, Message } from "@bufbuild/protobuf";
import type { HttpBody } from "../../../gen/google/api/httpbody_pb.js";
import type { BodyPlan } from "../bind/body-plan.ts";
import type { FieldPath } from "../bind/field-path.ts";
import type { QueryPlan } from "../bind/query.ts";
import type { RouteKey } from "../route/router.ts";
import type { Variable } from "../template/path-template.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpBinding } from "./http-rule.ts";

/** One rule of one method, compiled: how a request becomes its input, its output an answer. */
export interface Binding extends RouteKey {
  readonly endpoint: Endpoint;
  /** The rule as declared. */
  readonly http: HttpBinding;
  readonly variables: readonly BoundVariable[];
  readonly body: BodyPlan;
  readonly query: QueryPlan;
  /** The request field that `Last-Event-ID` fills. */
  readonly lastEventId: FieldPath | undefined;
  /** The request field that `If-Match` fills. */
  readonly ifMatch: FieldPath | undefined;
  /** Writes an output message, or the field of it that `response_body` names. */
  readonly write: (output: Message) => string;
  /**
   * The google.api.HttpBody that is sent in place of JSON, as it is; undefined for
   * methods that answer with none. It gives undefined where the output has none.
   */
  readonly raw: ((output: Message) => HttpBody | undefined) | undefined;
  /** The opaque tag of an output message. */
  readonly etag: ((output: Message) => string | undefined) | undefined;
  /** The field that becomes the id of a server-sent event. */
  readonly eventId: DescField | undefined;
}

export interface BoundVariable {
  readonly variable: Variable;
  readonly path: FieldPath;
}
