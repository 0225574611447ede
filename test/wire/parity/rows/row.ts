import { create, type DescMethod, type MessageInitShape } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { Consistency } from "../../../../gen/parley/v1/session_pb.js";

/** One call, and what makes its answer worth comparing. */
export interface Case {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: each row says what its own method takes.
  readonly input: any;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many messages of a stream are looked at. */
  readonly take?: number;
  /** The reason it fails for; undefined: it succeeds. */
  readonly fails?: string;
}

export interface Row {
  readonly method: DescMethod;
  readonly cases: readonly Case[];
}

export function row<M extends DescMethod>(
  method: M,
  cases: (Case & { readonly input: MessageInitShape<M["input"]> })[],
): Row {
  return { method, cases };
}

export const unknown = { sessionId: "unknown" };
export const live = { sessionId: "one", consistency: Consistency.STRONG };

/** A google.protobuf.Value. */
export function text(value: string) {
  return create(ValueSchema, { kind: { case: "stringValue", value } });
}
