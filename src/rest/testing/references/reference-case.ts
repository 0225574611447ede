// Cases of the reference implementations' own tests, as facts: what goes in, what
// they make of it, and what differs here. Outcomes are in one notation for all.

/** The test a group of cases was read from. */
export interface Source {
  readonly repository: string;
  /** The first digits of the commit, or the version of a package. */
  readonly commit: string;
  readonly file: string;
  readonly test: string;
}

/** Why the outcome here is another: a choice that has a row in docs/rest.md. */
export interface Difference {
  readonly choice: string;
  readonly here: string;
}

export type ReferenceCase = readonly [input: string, outcome: string, difference?: Difference];

export interface CaseGroup {
  readonly source: Source;
  readonly cases: readonly ReferenceCase[];
}

/** What a template, a rule or a value comes to that is not accepted. */
export const REFUSED = "refused";

function repository(name: string, commit: string) {
  return (file: string, test: string): Source => ({ repository: name, commit, file, test });
}

export const httpProto = repository("google-proto-files", "5.0.3");
export const vanguard = repository("connectrpc/vanguard-go", "ee25c3a");
export const grpcGateway = repository("grpc-ecosystem/grpc-gateway", "9648db4");
export const envoy = repository("grpc-ecosystem/grpc-httpjson-transcoding", "a6e226f");

/** Makes differences of one choice. */
export function choice(name: string): (here: string) => Difference {
  return (here) => ({ choice: name, here });
}
