import { isUtf8 } from "node:buffer";
import { Invalid } from "../codec/violation.ts";
import { parseHeaderValue } from "./header-value.ts";

/** One part of a multipart/form-data body. */
export interface Part {
  readonly name: string;
  /** Without folders; undefined for a part that is no file. */
  readonly filename: string | undefined;
  /** As sent, with parameters. */
  readonly contentType: string | undefined;
  /** A view of the body. */
  readonly data: Buffer;
}

const DASHES = 0x2d2d;
const CRLF = 0x0d0a;
const CRLF_CRLF = Buffer.from("\r\n\r\n");
const MAX_HEADER_BYTES = 8192;

/**
 * Takes a whole multipart/form-data body apart (RFC 7578). What comes before the
 * first delimiter and after the last is not read.
 *
 * It is strict, where parsers for streams are not: a part that they cannot read
 * they leave out, and a file that is left out is lost without a word. Over a body
 * that is in memory anyway, it is a search for delimiters.
 */
export function parseMultipart(
  body: Buffer,
  boundary: string,
  maxParts: number,
): Part[] | Invalid | "too_many" {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: Part[] = [];
  let at = afterFirstDelimiter(body, delimiter);
  while (at !== -1 && at + 2 <= body.length && body.readUInt16BE(at) !== DASHES) {
    if (parts.length === maxParts) return "too_many";
    const start = afterLineEnd(body, at);
    const headEnd = start === -1 ? -1 : body.indexOf(CRLF_CRLF, start);
    // A part without a body ends its head with the line break of the delimiter.
    const end = headEnd === -1 ? -1 : body.indexOf(delimiter, headEnd + 2);
    if (end === -1) return malformed("breaks off", parts.length);
    const data = body.subarray(Math.min(headEnd + CRLF_CRLF.length, end), end);
    const part = readPart(body.subarray(start, headEnd), data, parts.length);
    if (part instanceof Invalid) return part;
    parts.push(part);
    at = end + delimiter.length;
  }
  return at === -1 || at + 2 > body.length ? malformed("breaks off", parts.length) : parts;
}

/** The first delimiter has no line break before it, unless a preamble does. */
function afterFirstDelimiter(body: Buffer, delimiter: Buffer): number {
  const bare = delimiter.subarray(2);
  if (body.subarray(0, bare.length).equals(bare)) return bare.length;
  const at = body.indexOf(delimiter);
  return at === -1 ? -1 : at + delimiter.length;
}

/** Where the line after a delimiter begins. Spaces may stand at its end, nothing else. */
function afterLineEnd(body: Buffer, at: number): number {
  let end = at;
  while (body[end] === 0x20 || body[end] === 0x09) end++;
  return end + 2 <= body.length && body.readUInt16BE(end) === CRLF ? end + 2 : -1;
}

function readPart(head: Buffer, data: Buffer, index: number): Part | Invalid {
  if (head.length > MAX_HEADER_BYTES) return malformed("has too long a head", index);
  if (!isUtf8(head)) return malformed("has a head that is not UTF-8", index);
  const headers = readHeaders(head.toString());
  if (headers === undefined) return malformed("has a head that cannot be read", index);
  const disposition = parseHeaderValue(headers.get("content-disposition") ?? "");
  const name = disposition?.parameters.get("name");
  if (disposition?.value !== "form-data" || name === undefined) {
    return malformed("has no name", index);
  }
  // RFC 7578, 4.7 took base64 and its like out of forms.
  if (!/^(?:7bit|8bit|binary)$/i.test(headers.get("content-transfer-encoding") ?? "binary")) {
    return malformed("has a Content-Transfer-Encoding", index);
  }
  const filename = readFilename(disposition.parameters);
  if (filename instanceof Invalid) return malformed("has a name that cannot be read", index);
  return { name: decodeEscapes(name), filename, contentType: headers.get("content-type"), data };
}

/** Header lines by name in lower case; undefined for other lines, folded or repeated ones. */
function readHeaders(head: string): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of head.split("\r\n")) {
    const match = /^([\w!#$%&'*+.^`|~-]+):[\t ]*([^\r\n\0]*)$/.exec(line);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined || headers.has(name)) return undefined;
    headers.set(name, match[2]!.trimEnd());
  }
  return headers;
}

/** `filename*` has no place in forms, but some clients send both and it is the better one. */
function readFilename(parameters: ReadonlyMap<string, string>): string | undefined | Invalid {
  const plain = parameters.get("filename");
  const extended = parameters.get("filename*");
  if (extended === undefined)
    return plain === undefined ? undefined : baseName(decodeEscapes(plain));
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(extended)?.[1];
  try {
    if (encoded !== undefined) return baseName(decodeURIComponent(encoded));
  } catch {}
  return new Invalid("cannot be read");
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Browsers write these three as escapes, and no other (HTML, multipart form data). */
function decodeEscapes(name: string): string {
  return name.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%22", '"');
}

function malformed(why: string, index: number): Invalid {
  return new Invalid(`is not valid multipart/form-data: part ${index + 1} ${why}`);
}
