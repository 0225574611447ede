/** What can be measured: something that answers, driven for a while. */
export type CaseName =
  | "rest-get"
  | "rest-get-limited"
  | "grpc-get"
  | "connect-get"
  | "bare-http"
  | "bare-grpc"
  | "rest-append"
  | "grpc-append"
  | "batch"
  | "transaction"
  | "batch-many"
  | "transaction-many";

export const CASE_TITLES: Readonly<Record<CaseName, string>> = {
  "rest-get": "REST GET session",
  "rest-get-limited": "REST GET session, with rate limits",
  "grpc-get": "gRPC GetSession",
  "connect-get": "Connect JSON GetSession",
  "bare-http": "bare node:http",
  "bare-grpc": "bare node:http2, gRPC framing",
  "rest-append": "REST append",
  "grpc-append": "gRPC append",
  batch: "batch statement, no server",
  transaction: "one transaction per append",
  "batch-many": "batch statement, 256 in flight",
  "transaction-many": "one transaction per append, 256",
};

/** One ratio: how much of the reference's rate the subject reaches. */
export interface Comparison {
  readonly name: string;
  readonly subject: CaseName;
  readonly reference: CaseName;
  /** What the ratio is meant to be at least, where there is such a promise. */
  readonly atLeast?: number;
  /** The same, of an embedded service only: no client of a store takes its part of the time. */
  readonly atLeastEmbedded?: number;
}

export const COMPARISONS: readonly Comparison[] = [
  { name: "rest-get", subject: "rest-get", reference: "bare-http" },
  { name: "grpc-get", subject: "grpc-get", reference: "bare-http" },
  { name: "grpc-get-framing", subject: "grpc-get", reference: "bare-grpc" },
  {
    name: "rest-get-connect",
    subject: "rest-get",
    reference: "connect-get",
    atLeastEmbedded: 4,
  },
  { name: "rest-get-limited", subject: "rest-get-limited", reference: "rest-get" },
  { name: "rest-append", subject: "rest-append", reference: "batch" },
  { name: "grpc-append", subject: "grpc-append", reference: "batch" },
  { name: "group-commit", subject: "batch-many", reference: "transaction-many", atLeast: 4 },
  { name: "group-commit-64", subject: "batch", reference: "transaction" },
];
