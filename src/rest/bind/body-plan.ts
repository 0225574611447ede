import type { DescField, DescMessage } from "@bufbuild/protobuf";
import type { JsonReader, ReadObject } from "../codec/json-reader.ts";
import { hasOwnJsonForm } from "../codec/well-known-writer.ts";
import { MEDIA_TYPES } from "../http/content-type.ts";
import type { FormPlan } from "./form.ts";
import { findMaskField } from "./implied-mask.ts";
import { isHttpBody, isUploadField } from "./upload-field.ts";

/** What a body is for. */
export type BodyPlan = { readonly kind: "none" } | RawPlan | DocumentPlan;

/** A body of any type that becomes a google.api.HttpBody as it is. */
export interface RawPlan {
  readonly kind: "raw";
  /** The field that is one; undefined: the request itself is. */
  readonly field: DescField | undefined;
}

/** A body that is read into fields. */
export interface DocumentPlan {
  readonly kind: "document";
  /** Media types it may have, for a 415 to name. */
  readonly accepts: readonly string[];
  readonly reader: JsonReader;
  readonly readJson: ReadObject;
  /** Undefined where a form cannot fill it. */
  readonly form: FormPlan | undefined;
  /** The field mask of the request that this body fills, when the caller did not. */
  readonly mask: MaskPlan | undefined;
}

/** How a body implies a field mask. */
export interface MaskPlan {
  readonly field: DescField;
  /** The type whose fields the paths name: that of the body. */
  readonly desc: DescMessage;
  /** Names of fields that say how to patch, and not what. */
  readonly skip: ReadonlySet<string>;
}

/** What a body is planned from. */
export interface BodyRule {
  readonly input: DescMessage;
  /** The `body` of the rule, neither empty nor unknown: `*`, or a field of the input. */
  readonly body: "*" | DescField;
  /** Names a body may hold that are not read: what the path fills, what only answers have. */
  readonly skip: ReadonlySet<string>;
  readonly reader: JsonReader;
  /** Whether forms are taken beside JSON. */
  readonly forms: boolean;
  /** Fields that headers fill; undefined: the body implies no field mask. */
  readonly impliedMask: { readonly headerFields: readonly DescField[] } | undefined;
}

const JSON_ONLY = [MEDIA_TYPES.json];
const ALL_FORMS = [MEDIA_TYPES.json, MEDIA_TYPES.form, MEDIA_TYPES.multipart];

/** Plans how bodies of one binding are read. */
export function planBody(rule: BodyRule): BodyPlan {
  const { input, body, skip, reader } = rule;
  if (body === "*") {
    if (isHttpBody(input)) return { kind: "raw", field: undefined };
    const form: FormPlan = { desc: input, prefix: "", only: undefined, skip };
    const readJson = reader.object(input, skip);
    return planDocument(rule, { readJson, form, accepts: ALL_FORMS });
  }
  if (body.fieldKind === "message" && isHttpBody(body.message)) return { kind: "raw", field: body };
  const member = reader.member(body);
  const readJson: ReadObject = (message, json, ctx) => member.read(message, json, ctx, undefined);
  return planDocument(rule, { readJson, ...planFieldForm(input, body) });
}

/** A file comes as a part named like its field; a message as the parts that are its fields. */
function planFieldForm(
  desc: DescMessage,
  field: DescField,
): Pick<DocumentPlan, "accepts" | "form"> {
  const skip: ReadonlySet<string> = new Set();
  if (isUploadField(field)) {
    const form = { desc, prefix: "", only: field.name, skip };
    return { accepts: [MEDIA_TYPES.json, MEDIA_TYPES.multipart], form };
  }
  if (field.fieldKind !== "message" || hasOwnJsonForm(field.message)) {
    return { accepts: JSON_ONLY, form: undefined };
  }
  const form = { desc, prefix: `${field.name}.`, only: undefined, skip };
  return { accepts: ALL_FORMS, form };
}

function planDocument(
  rule: BodyRule,
  { readJson, accepts, form }: Pick<DocumentPlan, "readJson" | "accepts" | "form">,
): DocumentPlan {
  return {
    kind: "document",
    accepts: rule.forms ? accepts : JSON_ONLY,
    reader: rule.reader,
    readJson,
    form: rule.forms ? form : undefined,
    mask: planMask(rule),
  };
}

function planMask({ input, body, skip, impliedMask }: BodyRule): MaskPlan | undefined {
  const field = findMaskField(input);
  if (impliedMask === undefined || field === undefined) return undefined;
  if (body === "*") {
    const control = [field, ...impliedMask.headerFields].flatMap((f) => [f.name, f.jsonName]);
    return { field, desc: input, skip: new Set([...skip, ...control]) };
  }
  if (body.fieldKind !== "message" || hasOwnJsonForm(body.message)) return undefined;
  return { field, desc: body.message, skip: new Set() };
}
