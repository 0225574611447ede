import { create, type DescMethod, type JsonValue } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { JsonWriter } from "../codec/json-writer.ts";
import { hasOwnJsonForm } from "../codec/well-known-writer.ts";
import { codeToHttpStatus, mergeNonProtocolHeaders } from "../connect-internals.ts";
import type { NodeRequest } from "../http/node-http.ts";
import { fixedStatus } from "./request-error.ts";

const TYPE_URL = "type.googleapis.com/";

/** What is known of the call an error ended. */
export interface ErrorInfo {
  readonly request: NodeRequest;
  /** The method, unless the request found none. */
  readonly method: DescMethod | undefined;
  /** Whether an `If-Match` header filled a request field. */
  readonly ifMatch: boolean;
}

/** An error as it goes out. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: JsonValue;
  readonly headers: Headers;
}

/** How errors look; see RestOptions for the meaning of each. */
export interface ErrorForm {
  readonly errorBody?:
    | ((error: ConnectError, status: number, details: JsonValue[]) => JsonValue)
    | undefined;
  readonly errorStatus?: ((error: ConnectError, info: ErrorInfo) => number | undefined) | undefined;
  readonly onInternalError?: ((reason: unknown, info: ErrorInfo) => void) | undefined;
}

/** Turns errors into answers. */
export type ErrorAnswers = (reason: unknown, info: ErrorInfo) => ErrorAnswer;

/** `writer` writes the details. */
export function createErrorAnswers(form: ErrorForm, writer: JsonWriter): ErrorAnswers {
  const body = form.errorBody ?? statusBody;
  return (reason, info) => {
    if (!(reason instanceof ConnectError)) form.onInternalError?.(reason, info);
    const error = publicError(reason);
    const status =
      fixedStatus(error) ?? form.errorStatus?.(error, info) ?? codeToHttpStatus(error.code);
    const details = error.details.map((detail) => detailToJson(detail, writer));
    const headers = new Headers();
    // Metadata of an answer from another server would leak that server's headers.
    if (!error.isWireError) mergeNonProtocolHeaders(headers, error.metadata);
    // Connect counts this one among its protocol's own; a 415 of ours may say it.
    const codings = fixedStatus(error) && error.metadata.get("accept-encoding");
    if (codings) headers.set("accept-encoding", codings);
    return { status, body: body(error, status, details), headers };
  };
}

/**
 * What ended a call, told by what it threw. Clients and stores throw an AbortError
 * of their own when the signal of a call stops them; the reason is the signal's.
 */
export function abortReason(
  reason: unknown,
  call: { readonly signal: AbortSignal } | undefined,
): unknown {
  const aborted = reason instanceof Error && /^(?:Abort|Timeout)Error$/.test(reason.name);
  return aborted && call?.signal.aborted === true ? call.signal.reason : reason;
}

/** What was not thrown for the caller to see says nothing of itself. */
function publicError(reason: unknown): ConnectError {
  return reason instanceof ConnectError
    ? reason
    : new ConnectError("internal error", Code.Internal);
}

/** A detail as a JSON Any. Those of handlers bring their type, others need the registry. */
function detailToJson(detail: ConnectError["details"][number], writer: JsonWriter): JsonValue {
  if (!("desc" in detail)) {
    const typeUrl = `${TYPE_URL}${detail.type}`;
    return JSON.parse(
      writer.message(AnySchema)(create(AnySchema, { typeUrl, value: detail.value })),
    );
  }
  const { desc } = detail;
  const content = JSON.parse(writer.message(desc)(create(desc, detail.value)));
  const type = { "@type": `${TYPE_URL}${desc.typeName}` };
  return hasOwnJsonForm(desc) ? { ...type, value: content } : { ...type, ...content };
}

/** google.rpc.Status. */
function statusBody(error: ConnectError, _status: number, details: JsonValue[]): JsonValue {
  return { code: error.code, message: error.rawMessage, details };
}
