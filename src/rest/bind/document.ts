import { isUtf8 } from "node:buffer";
import type { ConnectError } from "@connectrpc/connect";
import type { Properties } from "../codec/local-value.ts";
import { MAX_DEPTH, type ReadContext } from "../codec/read-context.ts";
import { Invalid, type Violations } from "../codec/violation.ts";
import { invalidFields, tooManyFields, unsupportedMediaType } from "../error/request-error.ts";
import { type BodyFormat, bodyFormat, MEDIA_TYPES } from "../http/content-type.ts";
import { type Part, parseMultipart } from "../http/multipart.ts";
import type { NodeRequest } from "../http/node-http.ts";
import type { AfterBody } from "./body.ts";
import type { DocumentPlan } from "./body-plan.ts";
import { bindForm, type FormPlan, MAX_FORM_FIELDS } from "./form.ts";
import { fillMask, presentPaths } from "./implied-mask.ts";
import { bindParts } from "./multipart-form.ts";
import { receiveBody } from "./receive-body.ts";

/** How a document is read. */
export interface DocumentOptions {
  readonly readMaxBytes: number;
  readonly ignoreUnknownFields: boolean;
  readonly violations: Violations;
}

/** Reads JSON or a form into a request. What cannot be read at all is thrown: 400, 413, 415. */
export async function bindDocument(
  request: NodeRequest,
  plan: DocumentPlan,
  message: Properties,
  { readMaxBytes, ignoreUnknownFields: ignoreUnknown, violations }: DocumentOptions,
): Promise<AfterBody> {
  const format = readFormat(request, plan);
  const bytes = await receiveBody(request, readMaxBytes);
  if (bytes.length === 0) return undefined;
  const ctx: ReadContext = { violations, depth: MAX_DEPTH, ignoreUnknown };
  return format.kind === "json"
    ? bindJson(bytes, plan, message, ctx)
    : bindFields(bytes, format, plan, message, ctx);
}

function readFormat(request: NodeRequest, plan: DocumentPlan): BodyFormat {
  const type = request.headers["content-type"];
  const format = bodyFormat(type);
  if (format === undefined || !plan.accepts.includes(MEDIA_TYPES[format.kind])) {
    throw unsupportedType(request, plan, type);
  }
  return format;
}

/** RFC 9110, 15.5.16: the answer says what would do. POST and PATCH have headers for it. */
function unsupportedType(
  { method }: NodeRequest,
  { accepts }: DocumentPlan,
  type: string | undefined,
): ConnectError {
  const header = method === "POST" ? "accept-post" : method === "PATCH" ? "accept-patch" : "accept";
  const message = `the body must be ${accepts.join(" or ")}, in UTF-8, not ${type}`;
  return unsupportedMediaType(message, { [header]: accepts.join(", ") });
}

function bindJson(
  bytes: Buffer,
  { readJson, mask }: DocumentPlan,
  message: Properties,
  ctx: ReadContext,
): AfterBody {
  const json = parseJson(bytes);
  readJson(message, json, ctx);
  if (mask === undefined) return undefined;
  return () => fillMask(message, mask.field, () => presentPaths(mask.desc, json, mask.skip));
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (reason) {
    throw reason instanceof SyntaxError ? invalidBody("is not valid JSON") : reason;
  }
}

function bindFields(
  bytes: Buffer,
  format: BodyFormat,
  { form, reader, mask }: DocumentPlan,
  message: Properties,
  ctx: ReadContext,
): AfterBody {
  const plan = form!; // the media type was taken, so there is one
  const paths =
    format.kind === "multipart"
      ? bindParts(message, splitParts(bytes, format.boundary), plan, reader, ctx)
      : bindForm(message, decodeUtf8(bytes), plan, ctx);
  if (paths === "too_many") throw tooManyFields(MAX_FORM_FIELDS);
  if (mask === undefined) return undefined;
  return () => fillMask(message, mask.field, () => maskPaths(paths, plan, mask.skip));
}

/** Paths are named from the request, those of the mask from the body. */
function maskPaths(
  paths: ReadonlySet<string>,
  { prefix }: FormPlan,
  skip: ReadonlySet<string>,
): string[] {
  return [...paths].map((path) => path.slice(prefix.length)).filter((path) => !skip.has(path));
}

function splitParts(bytes: Buffer, boundary: string): readonly Part[] {
  const parts = parseMultipart(bytes, boundary, MAX_FORM_FIELDS);
  if (parts === "too_many") throw tooManyFields(MAX_FORM_FIELDS);
  if (parts instanceof Invalid) throw invalidBody(parts.description);
  return parts;
}

function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw invalidBody("is not UTF-8");
  return bytes.toString();
}

function invalidBody(description: string): ConnectError {
  return invalidFields([{ field: "body", description }]);
}
