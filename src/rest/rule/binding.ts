import type { DescField, Message } from "@bufbuild/protobuf";
import type { FieldPath } from "../bind/field-path.ts";
import type { QueryPlan } from "../bind/query.ts";
import type { ReadObject } from "../codec/json-reader.ts";
import type { MemberReader } from "../codec/member-reader.ts";
import type { RouteKey } from "../route/router.ts";
import type { Variable } from "../template/path-template.ts";
import type { Endpoint } from "./endpoint.ts";

/** One rule of one method, compiled: how a request becomes its input, its output an answer. */
export interface Binding extends RouteKey {
  readonly endpoint: Endpoint;
  readonly variables: readonly BoundVariable[];
  readonly body: BodyPlan;
  readonly query: QueryPlan;
  /** The request field that `Last-Event-ID` fills. */
  readonly lastEventId: FieldPath | undefined;
  /** The request field that `If-Match` fills. */
  readonly ifMatch: FieldPath | undefined;
  /** Writes an output message, or the field of it that `response_body` names. */
  readonly write: (output: Message) => string;
  /** The opaque tag of an output message. */
  readonly etag: ((output: Message) => string | undefined) | undefined;
  /** The field that becomes the id of a server-sent event. */
  readonly eventId: DescField | undefined;
}

export interface BoundVariable {
  readonly variable: Variable;
  readonly path: FieldPath;
}

/** What a body is for. */
export type BodyPlan =
  | { readonly kind: "none" }
  | { readonly kind: "request"; readonly read: ReadObject }
  | { readonly kind: "field"; readonly member: MemberReader };
