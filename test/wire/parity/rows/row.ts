import {
  create,
  type DescMethod,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { Consistency } from "../../../../gen/parley/v1/session_pb.js";

/** What answers said that later requests have to repeat, by name, such as the id of a lease. */
export type Kept = Readonly<Record<string, string>>;

/** One call, and what makes its answer worth comparing. */
export interface Case {
  readonly name: string;
  /** A function of what was kept of earlier answers, over each protocol its own. */
  // biome-ignore lint/suspicious/noExplicitAny: each row says what its own method takes.
  readonly input: any;
  /** What of the answer is to be kept. */
  // biome-ignore lint/suspicious/noExplicitAny: each row says what its own method answers.
  readonly keep?: (answer: any) => Record<string, string | undefined>;
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

type Input<M extends DescMethod> = MessageInitShape<M["input"]>;

type CaseOf<M extends DescMethod> = Case & {
  readonly input: Input<M> | ((kept: Kept) => Input<M>);
  readonly keep?: (answer: MessageShape<M["output"]>) => Record<string, string | undefined>;
};

export function row<M extends DescMethod>(method: M, cases: readonly CaseOf<M>[]): Row {
  return { method, cases };
}

export const unknown = { sessionId: "unknown" };
export const live = { sessionId: "one", consistency: Consistency.STRONG };

/** A google.protobuf.Value. */
export function text(value: string) {
  return create(ValueSchema, { kind: { case: "stringValue", value } });
}
