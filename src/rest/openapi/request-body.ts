import type { DescField } from "@bufbuild/protobuf";
import { isUploadField } from "../bind/upload-field.ts";
import { MEDIA_TYPES } from "../http/content-type.ts";
import type { Binding } from "../rule/binding.ts";
import { type FormTarget, formSchema } from "./form-schema.ts";
import type { Example, MediaType, RequestBody, Schema } from "./open-api.ts";
import { mustBeGiven } from "./schema/limits.ts";
import type { Schemas } from "./schema/schemas.ts";

/** The body of a binding; undefined where it has none. */
export function requestBody(
  binding: Binding,
  schemas: Schemas,
  examples: Readonly<Record<string, Example>> | undefined,
): RequestBody | undefined {
  const { body } = binding;
  if (body.kind === "none") return undefined;
  if (body.kind === "raw") return { description: "Content of any type.", content: { "*/*": {} } };
  const schema = jsonSchema(binding, schemas);
  const content: Record<string, MediaType> = {
    [MEDIA_TYPES.json]: { schema, ...(examples && { examples }) },
  };
  const target = formTarget(binding);
  for (const type of body.accepts) {
    const form = type === MEDIA_TYPES.json ? undefined : formSchema(type, target, schemas, schema);
    if (form !== undefined) content[type] = { schema: form };
  }
  return { ...(isRequired(binding) && { required: true }), content };
}

/** The field the body is; undefined: it is the request. */
function bodyField({ http, endpoint }: Binding): DescField | undefined {
  return endpoint.spec.method.input.fields.find(({ name }) => name === http.body);
}

function jsonSchema(binding: Binding, schemas: Schemas): Schema {
  const field = bodyField(binding);
  if (field !== undefined) return schemas.field(field, "input");
  return schemas.message(binding.endpoint.spec.method.input, "input", givenElsewhere(binding));
}

/** Names of fields of the request that its path fills, or a header does. */
function givenElsewhere({ variables, ifMatch }: Binding): ReadonlySet<string> {
  const bound = variables.filter(({ path }) => path.parents.length === 0);
  return new Set([...bound.map(({ path }) => path.name), ...(ifMatch ? [ifMatch.name] : [])]);
}

/** An empty body sets nothing, which is fine unless something has to be set. */
function isRequired(binding: Binding): boolean {
  const { desc, includes } = formTarget(binding);
  const field = bodyField(binding);
  if (field !== undefined) return mustBeGiven(field);
  return desc.fields.some((each) => includes(each) && mustBeGiven(each));
}

/** A form holds the fields of the request, or of the message the body is, or the file it is. */
function formTarget(binding: Binding): FormTarget {
  const { input } = binding.endpoint.spec.method;
  const field = bodyField(binding);
  if (field === undefined) {
    const elsewhere = givenElsewhere(binding);
    return { desc: input, includes: ({ name }) => !elsewhere.has(name) };
  }
  if (isUploadField(field)) return { desc: input, includes: (each) => each === field };
  return { desc: field.message ?? input, includes: () => true };
}
