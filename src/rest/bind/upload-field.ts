import { create, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { HttpBody } from "../../../gen/google/api/httpbody_pb.js";
import type { Upload } from "../../../gen/rest/v1/upload_pb.js";
import type { Properties } from "../codec/local-value.ts";
import type { Part } from "../http/multipart.ts";

const HTTP_BODY: HttpBody["$typeName"] = "google.api.HttpBody";
const UPLOAD: Upload["$typeName"] = "rest.v1.Upload";

/** What RFC 7578, 4.4 gives a part that does not say what it is. */
const DEFAULT_PART_TYPE = "text/plain";

/** From here on a file is a view of the body; smaller ones are copied and let go of it. */
const MIN_VIEW_BYTES = 64 * 1024;

/** Whether a message is a body of any type, as it is. */
export function isHttpBody(desc: DescMessage | undefined): boolean {
  return desc?.typeName === HTTP_BODY;
}

/** Whether a field is filled by a file of a form: bytes, HttpBody, Upload, and lists of them. */
export function isUploadField(field: DescField): boolean {
  if (field.fieldKind === "map") return false;
  return field.scalar === ScalarType.BYTES || isUpload(field.message);
}

/** Whether a message stands for a file: its own fields are none of a form's. */
export function isUpload(desc: DescMessage | undefined): boolean {
  return desc?.typeName === UPLOAD || isHttpBody(desc);
}

/** A part as the field keeps it; for a list, as an element of it. */
export function uploadValue(field: DescField, part: Part): unknown {
  const data = toBytes(part.data);
  if (field.message === undefined) return data;
  const contentType = part.contentType ?? DEFAULT_PART_TYPE;
  const file = isHttpBody(field.message)
    ? { contentType, data }
    : { filename: part.filename ?? "", contentType, data };
  return create(field.message, file as Properties);
}

/**
 * Bytes for a message. A plain array, since Buffer's `slice` does something else,
 * and not one of the pool that small Buffers share.
 */
export function toBytes(data: Buffer): Uint8Array {
  if (data.length < MIN_VIEW_BYTES) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}
