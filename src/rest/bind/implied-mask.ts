import { create, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { FieldMaskSchema } from "@bufbuild/protobuf/wkt";
import { isOutputOnly } from "../codec/field-behavior.ts";
import { isJsonObject, type Properties } from "../codec/local-value.ts";
import { hasOwnJsonForm } from "../codec/well-known-writer.ts";
import { findField } from "./field-path.ts";
import { isUpload } from "./upload-field.ts";

/**
 * The field mask that a PATCH may leave to its body (AIP-134: the implied mask):
 * the only FieldMask field of the request. Undefined where there is none, or several.
 */
export function findMaskField(input: DescMessage): DescField | undefined {
  const masks = input.fields.filter(
    ({ fieldKind, message }) =>
      fieldKind === "message" && message?.typeName === FieldMaskSchema.typeName,
  );
  return masks.length === 1 ? masks[0] : undefined;
}

/** Fills a mask that the caller left unset. A body that holds nothing leaves it so. */
export function fillMask(message: Properties, mask: DescField, findPaths: () => string[]): void {
  if (message[mask.localName] !== undefined) return;
  const paths = findPaths();
  if (paths.length > 0) message[mask.localName] = create(FieldMaskSchema, { paths });
}

/**
 * The paths of what a JSON object holds, in proto names: down to the fields that
 * are no messages, and those that are null or empty. Members in `skip` and fields
 * that only the server sets are not meant by the caller.
 */
export function presentPaths(
  desc: DescMessage,
  json: unknown,
  skip: ReadonlySet<string>,
): string[] {
  const paths: string[] = [];
  if (isJsonObject(json)) collect(desc, json, "", skip, paths);
  return paths;
}

const NOTHING: ReadonlySet<string> = new Set();

function collect(
  desc: DescMessage,
  json: Properties,
  prefix: string,
  skip: ReadonlySet<string>,
  paths: string[],
): void {
  for (const key of Object.keys(json)) {
    const field = skip.has(key) ? undefined : findField(desc, key);
    if (field === undefined || isOutputOnly(field)) continue;
    const value = json[key];
    const name = prefix + field.name;
    if (isJsonObject(value) && hasPaths(field) && Object.keys(value).length > 0) {
      collect(field.message, value, `${name}.`, NOTHING, paths);
    } else {
      paths.push(name);
    }
  }
}

/** Whether a mask can name fields of a field: maps, lists and values of one piece have none. */
function hasPaths(field: DescField): field is DescField & { message: DescMessage } {
  if (field.fieldKind !== "message") return false;
  return !hasOwnJsonForm(field.message) && !isUpload(field.message);
}
