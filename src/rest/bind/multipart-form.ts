import { isUtf8 } from "node:buffer";
import type { JsonReader } from "../codec/json-reader.ts";
import type { Properties } from "../codec/local-value.ts";
import { MAX_DEPTH, type ReadContext } from "../codec/read-context.ts";
import { Invalid, type Place } from "../codec/violation.ts";
import { bodyFormat, isUtf8Charset } from "../http/content-type.ts";
import { parseHeaderValue } from "../http/header-value.ts";
import type { Part } from "../http/multipart.ts";
import { descend, type FieldPath, setSingular } from "./field-path.ts";
import { type FormPlan, formField } from "./form.ts";
import { GivenFields } from "./given-fields.ts";
import { setParameter } from "./parameter.ts";
import { isUploadField, uploadValue } from "./upload-field.ts";

const noFile = new Invalid("takes no file");
const notText = new Invalid("must be text in UTF-8");
const notJson = new Invalid("is not valid JSON");

/**
 * Fills a request from the parts of a form: files and bytes as they are, parts
 * that say they are JSON as JSON, all others as text. Gives the paths that were
 * filled.
 */
export function bindParts(
  message: Properties,
  parts: readonly Part[],
  plan: FormPlan,
  reader: JsonReader,
  ctx: ReadContext,
): ReadonlySet<string> {
  const given = new GivenFields();
  for (const part of parts) {
    if (part.filename === "" && part.data.length === 0) continue; // a browser's unused file input
    const path = formField(part.name, plan, ctx);
    if (path === undefined) continue;
    const invalid = given.add(path) ?? bindPart(message, path, part, reader, ctx);
    if (invalid !== undefined) ctx.violations.add(path.name, invalid.description);
  }
  return given.names;
}

function bindPart(
  message: Properties,
  path: FieldPath,
  part: Part,
  reader: JsonReader,
  ctx: ReadContext,
): Invalid | undefined {
  if (isUploadField(path.leaf)) return putValue(message, path, uploadValue(path.leaf, part));
  if (part.filename !== undefined) return noFile;
  if (part.contentType !== undefined && bodyFormat(part.contentType)?.kind === "json") {
    return bindJson(message, path, part, reader, ctx);
  }
  const text = readText(part);
  return text instanceof Invalid ? text : setParameter(message, path, text);
}

function putValue(message: Properties, path: FieldPath, value: unknown): Invalid | undefined {
  const holder = descend(message, path);
  if (holder instanceof Invalid) return holder;
  if (path.leaf.fieldKind !== "list") return setSingular(holder, path.leaf, value);
  (holder[path.leaf.localName] as unknown[]).push(value);
  return undefined;
}

function readText({ contentType, data }: Part): string | Invalid {
  const charset = contentType && parseHeaderValue(contentType)?.parameters.get("charset");
  return isUtf8Charset(charset || undefined) && isUtf8(data) ? data.toString() : notText;
}

/** A list comes whole, or with one part for each element. */
function bindJson(
  message: Properties,
  path: FieldPath,
  { data }: Part,
  reader: JsonReader,
  ctx: ReadContext,
): Invalid | undefined {
  const json = parseJson(data);
  if (json === undefined) return notJson;
  const holder = descend(message, path);
  if (holder instanceof Invalid) return holder;
  const { leaf, parents } = path;
  const member = reader.member(leaf);
  const place = parents.reduce<Place | undefined>(
    (parent, { name }) => ({ parent, step: name }),
    undefined,
  );
  const inner: ReadContext = { ...ctx, depth: MAX_DEPTH - parents.length };
  if (leaf.fieldKind !== "list") {
    member.read(holder, json, inner, place);
    return undefined;
  }
  const read: Properties = {};
  member.read(read, Array.isArray(json) ? json : [json], inner, place);
  const list = holder[leaf.localName] as unknown[];
  for (const item of (read[leaf.localName] ?? []) as unknown[]) list.push(item);
  return undefined;
}

function parseJson(data: Buffer): unknown {
  if (!isUtf8(data)) return undefined;
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}
