import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { parameterParser } from "../bind/parameter.ts";
import { isUpload, isUploadField } from "../bind/upload-field.ts";
import { isOutputOnly } from "../codec/field-behavior.ts";
import { MEDIA_TYPES } from "../http/content-type.ts";
import type { Schema } from "./open-api.ts";
import { fieldDescription } from "./parameters.ts";
import { mustBeGiven } from "./schema/limits.ts";
import type { Schemas } from "./schema/schemas.ts";
import { textFields, textName } from "./text-fields.ts";

/** What a form fills. */
export interface FormTarget {
  readonly desc: DescMessage;
  /** Whether a field of `desc` is one of the form's. */
  readonly includes: (field: DescField) => boolean;
}

/** A file as it is. Many tools know files by `format` only, as OpenAPI 3.0 wrote them. */
const FILE: Schema = {
  type: "string",
  format: "binary",
  contentMediaType: "application/octet-stream",
};

/**
 * A form of a media type; undefined where none can hold all that has to be given. A
 * form in parts that holds no file is the same as `json`: what is no text in it is
 * JSON, which is what OpenAPI takes for granted there.
 */
export function formSchema(
  type: string,
  target: FormTarget,
  schemas: Schemas,
  json: Schema,
): Schema | undefined {
  const fields = target.desc.fields.filter(target.includes);
  const inParts = type === MEDIA_TYPES.multipart;
  if (inParts && !fields.some(isUploadField)) return json;
  const parts = inParts ? anyParts(fields, schemas) : textParts(target, schemas);
  const required = fields.filter((each) => mustBeGiven(each)).map((each) => nameOf(each, schemas));
  if (parts.size === 0 || required.some((name) => !parts.has(name))) return undefined;
  const properties = Object.fromEntries(parts);
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

function nameOf(leaf: DescField, schemas: Schemas): string {
  return textName({ name: leaf.name, parents: [], leaf }, schemas.style);
}

/** Fields as text, those of inner messages by dotted names. */
function textParts({ desc, includes }: FormTarget, schemas: Schemas): Map<string, Schema> {
  const paths = textFields(
    desc,
    ({ parents, leaf }) => !includes(parents[0] ?? leaf) || isUpload(leaf.message),
  );
  return new Map(
    paths.map((path) => [
      textName(path, schemas.style),
      described(path.leaf, schemas.parameter(path.leaf), schemas),
    ]),
  );
}

/** Files as they are, text as text, and everything else as JSON. */
function anyParts(fields: readonly DescField[], schemas: Schemas): Map<string, Schema> {
  const sent = fields.filter((field) => !isOutputOnly(field));
  return new Map(
    sent.map((leaf) => [
      nameOf(leaf, schemas),
      described(leaf, partSchema(leaf, schemas), schemas),
    ]),
  );
}

function partSchema(field: DescField, schemas: Schemas): Schema {
  if (isUploadField(field)) {
    return field.fieldKind === "list" ? { type: "array", items: FILE } : FILE;
  }
  if (parameterParser(field) !== undefined) return schemas.parameter(field);
  return schemas.field(field, "input");
}

function described(field: DescField, schema: Schema, schemas: Schemas): Schema {
  const description = fieldDescription(field, schemas);
  return description === "" ? schema : { ...schema, description };
}
