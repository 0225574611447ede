import type { DescMethod } from "@bufbuild/protobuf";
import type { CapturedMethod } from "../capture.ts";
import type { JsonStyle } from "../codec/json-style.ts";
import type { EndpointSettings } from "../rule/endpoint.ts";
import type { Comments } from "./comments.ts";
import type {
  Example,
  Header,
  Info,
  Parameter,
  Schema,
  SecurityRequirement,
  SecurityScheme,
  Server,
} from "./open-api.ts";

/**
 * What a document is made from. Methods, `json` and the settings of endpoints have
 * to be those of `createRest`, or the document describes another handler.
 */
export interface OpenApiOptions extends EndpointSettings {
  /** What `captureServices` collected. Methods without `google.api.http` are left out. */
  readonly methods: readonly CapturedMethod[];
  /** How answers look. Default: `restJson`. */
  readonly json?: Partial<JsonStyle>;
  readonly info: Info;
  /** Default: where the document came from. */
  readonly servers?: readonly Server[];
  /** The comments of the protos, see `readComments`. Default: nothing is described. */
  readonly comments?: Comments;
  readonly security?: Security;
  /** The body of every error. Default: google.rpc.Status. */
  readonly error?: { readonly name: string; readonly schema: Schema };
  /** What the rules of an operation do not say of it. */
  readonly extras?: (operation: OperationFacts) => OperationExtras;
}

export interface Security {
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
  /** Any one of these is enough; an empty one: nothing is needed. */
  readonly requirements: readonly SecurityRequirement[];
}

/** What is known of an operation before it is described. */
export interface OperationFacts {
  readonly operationId: string;
  readonly method: DescMethod;
  readonly httpMethod: string;
  /** The comment of the method, or nothing. */
  readonly comment: string;
  readonly hasParameters: boolean;
  readonly hasBody: boolean;
  /** Whether an `If-Match` header fills a field. */
  readonly ifMatch: boolean;
}

/** What a service adds to an operation. */
export interface OperationExtras {
  /** In the place of the method's comment. */
  readonly comment?: string;
  /** What it needs in the place of the document's security: any one of these. */
  readonly security?: readonly SecurityRequirement[];
  /** Headers that interceptors read. */
  readonly headers?: readonly Parameter[];
  /** Headers of successful answers, by name. */
  readonly answerHeaders?: Readonly<Record<string, Header>>;
  /** How it may fail. Default: `default`, which is every error. */
  readonly errors?: readonly ErrorResponse[];
  /** What OpenAPI has no word for. */
  readonly extensions?: Readonly<Record<`x-${string}`, unknown>>;
  /** Bodies to show, by name. */
  readonly requestExamples?: Readonly<Record<string, Example>>;
  /** Answers to show, by name. */
  readonly answerExamples?: Readonly<Record<string, Example>>;
}

/** One status an operation may fail with. */
export interface ErrorResponse {
  readonly status: number;
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly examples?: Readonly<Record<string, Example>>;
  /**
   * A name to keep it under, for errors that are the same wherever they occur. The
   * first one of a name counts.
   */
  readonly name?: string;
}
