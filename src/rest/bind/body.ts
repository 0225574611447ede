import { create } from "@bufbuild/protobuf";
import type { Properties } from "../codec/local-value.ts";
import type { Violations } from "../codec/violation.ts";
import { malformedRequest } from "../error/request-error.ts";
import { hasBody, type NodeRequest } from "../http/node-http.ts";
import type { Binding } from "../rule/binding.ts";
import type { RawPlan } from "./body-plan.ts";
import { bindDocument } from "./document.ts";
import { setSingular } from "./field-path.ts";
import { receiveBody } from "./receive-body.ts";
import { toBytes } from "./upload-field.ts";

/** What a body leaves to be done once query and path are bound too: its implied field mask. */
export type AfterBody = (() => void) | undefined;

/**
 * Reads a body into a request. An empty one sets nothing. Throws a ConnectError for
 * a body that cannot be read: 400, 413, 415.
 */
export function bindBody(
  request: NodeRequest,
  { body, endpoint }: Binding,
  message: Properties,
  violations: Violations,
): AfterBody | Promise<AfterBody> {
  const { readMaxBytes, ignoreUnknownFields } = endpoint;
  if (body.kind === "raw") return bindRaw(request, body, message, readMaxBytes);
  if (!hasBody(request)) return undefined;
  if (body.kind === "none") return refuseBody(request, readMaxBytes);
  return bindDocument(request, body, message, { readMaxBytes, ignoreUnknownFields, violations });
}

/** A body that is announced is refused before it comes; a chunked one may be empty. */
async function refuseBody(request: NodeRequest, maxBytes: number): Promise<undefined> {
  const announced = Number(request.headers["content-length"] ?? 0) > 0;
  if (announced || (await receiveBody(request, maxBytes)).length > 0) {
    throw malformedRequest("this request takes no body");
  }
}

/** A body without a type and without content is no body; one with a type may be empty. */
async function bindRaw(
  request: NodeRequest,
  { field }: RawPlan,
  message: Properties,
  maxBytes: number,
): Promise<undefined> {
  const contentType = request.headers["content-type"] ?? "";
  const data = hasBody(request) ? toBytes(await receiveBody(request, maxBytes)) : new Uint8Array();
  if (contentType === "" && data.length === 0) return;
  if (field === undefined) Object.assign(message, { contentType, data });
  else setSingular(message, field, create(field.message!, { contentType, data } as Properties));
}
